import fastify from 'fastify'
import { expect, it } from 'vitest'
import { useAuthorization } from './authorize.ts'
import { HttpProblem, useProblems } from './problem.ts'

const options = { auth: undefined, metricsToken: undefined }

it('does not take a route without a row in the allow-table', () => {
  const app = fastify()
  useAuthorization(app, options)
  expect(() => app.get('/api/v1/forgotten', () => 'x')).toThrow(/GET \/api\/v1\/forgotten has no row/)
  expect(() => app.delete('/api/v1/status', () => 'x')).toThrow(/DELETE \/api\/v1\/status has no row/)
})

it('answers what failed inside without a word of the inside', async () => {
  const app = fastify()
  useProblems(app)
  app.get('/broken', () => {
    throw new Error('SELECT password FROM account')
  })
  app.get('/named', () => {
    throw new HttpProblem(409, 'Not done', 'do this instead', 'busy')
  })
  const broken = await app.inject('/broken')
  expect(broken.statusCode).toBe(500)
  expect(broken.body).not.toContain('SELECT')
  expect((await app.inject('/named')).json()).toEqual({
    ...{ type: 'urn:siaga:problem:busy', title: 'Not done' },
    ...{ status: 409, detail: 'do this instead' },
  })
})
