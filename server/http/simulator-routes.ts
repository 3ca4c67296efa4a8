/** Demo only: hands `/api/v1/simulator…` on to the simulator's control API on loopback. */
import type { FastifyInstance } from 'fastify'
import { request as httpRequest } from 'undici'
import { sendProblem } from './problem.ts'

const TIMEOUT_MS = 5_000
const BODY_BYTES_MAX = 1_024

export function useSimulator(app: FastifyInstance, simulatorUrl: string): void {
  app.route({
    method: ['GET', 'POST'],
    url: '/api/v1/simulator*',
    bodyLimit: BODY_BYTES_MAX,
    schema: { hide: true },
    handler: async (request, reply) => {
      try {
        const answer = await httpRequest(new URL(request.url, simulatorUrl), {
          method: request.method === 'POST' ? 'POST' : 'GET',
          headersTimeout: TIMEOUT_MS,
          bodyTimeout: TIMEOUT_MS,
          ...(request.method === 'POST'
            ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(request.body ?? {}) }
            : {}),
        })
        const text = await answer.body.text()
        return reply
          .code(answer.statusCode)
          .type(String(answer.headers['content-type'] ?? 'application/json'))
          .serializer((body: unknown) => String(body))
          .send(text)
      } catch (error) {
        request.log.warn({ reason: (error as Error).message }, 'simulator does not answer')
        return sendProblem(
          reply,
          502,
          'Simulator away',
          'The simulator does not answer; it starts and ends with npm start.',
        )
      }
    },
  })
}
