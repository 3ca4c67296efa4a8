/** `/api/openapi.json` (OpenAPI 3.1): what the schemas of the routes say, and the problems that each of them may answer. */
import type { FastifyDynamicSwaggerOptions, SwaggerTransform } from '@fastify/swagger'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Problem } from './problem.ts'

const problem = {
  description: 'What is wrong, with which value, and what to do next (RFC 9457)',
  content: { 'application/problem+json': { schema: z.toJSONSchema(Problem, { io: 'output' }) } },
}

export const openApi: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: { title: 'Siaga', version: '1', description: 'Live monitor and door of a provincial Command Center' },
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  },
  transform: (route) => withProblems(jsonSchemaTransform(route)),
}

/** Only told, not checked on the way out: problems are made in one place, with a type. */
function withProblems({ schema, url }: ReturnType<SwaggerTransform>): ReturnType<SwaggerTransform> {
  if (schema.hide) return { schema, url }
  const response = typeof schema.response === 'object' ? schema.response : {}
  return { schema: { ...schema, response: { ...response, '4xx': problem, '5xx': problem } }, url }
}
