/** Whether what the server answers is what its /api/openapi.json says; an independent reader of that document (Ajv). */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formatsOf from 'ajv-formats'
import { z } from 'zod'

const Content = z.record(z.string(), z.object({ schema: z.record(z.string(), z.unknown()).optional() }))
const Operation = z.object({ responses: z.record(z.string(), z.object({ content: Content.optional() })) })
const Document = z.object({ paths: z.record(z.string(), z.record(z.string(), Operation)) })

export interface Described {
  readonly status: number
  readonly contentType: string
  readonly body: unknown
}

export interface ApiDescription {
  /** @returns what is not as described; undefined when all is, and for addresses that the document does not have */
  faultOf(method: string, path: string, answer: Described): string | undefined
}

export function readApiDescription(document: unknown): ApiDescription {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  formatsOf.default(ajv)
  const compiled = new Map<object, ValidateFunction>()
  const validatorOf = (schema: object) => {
    const known = compiled.get(schema) ?? ajv.compile(schema)
    compiled.set(schema, known)
    return known
  }
  const routes = Object.entries(Document.parse(document).paths).map(([template, operations]) => ({
    pattern: new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
    // One without a parameter comes before one whose parameter would take its place.
    fixed: !template.includes('{'),
    operations,
  }))
  routes.sort((a, b) => Number(b.fixed) - Number(a.fixed))
  return {
    faultOf(method, path, { status, contentType, body }) {
      const address = path.split('?')[0] ?? ''
      const operation = routes.find(({ pattern }) => pattern.test(address))?.operations[method.toLowerCase()]
      if (!operation) return undefined
      const described = operation.responses[status] ?? operation.responses[`${Math.trunc(status / 100)}XX`]
      if (!described) return `${status} is not described`
      const schema = described.content?.[contentType.split(';')[0] ?? '']?.schema
      if (!schema) return `${status} with "${contentType}" is not described`
      const validate = validatorOf(schema)
      return validate(body) ? undefined : `${status}: ${ajv.errorsText(validate.errors)}`
    },
  }
}
