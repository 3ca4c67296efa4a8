/**
 * The simulator's control API on loopback, for the page /simulator (the server passes it on): press fingers, push the
 * door, break applications. Errors are RFC 9457 problem documents.
 */
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import { z } from 'zod'
import type { DoorBench } from './door-bench.ts'
import { appModes } from './drama.ts'
import type { Fleet, Transport } from './fleet.ts'

const BODY_BYTES_MAX = 4_096
const HOST = '127.0.0.1'

const Contact = z.object({ action: z.enum(['push', 'close', 'force']) })
const Mode = z.object({ mode: z.enum(appModes) })

/** How a transport is called outside: a link is HTTP too. */
const transportNames = { mqtt: 'mqtt', push: 'http', link: 'http', gateway: 'gateway' } as const satisfies Record<
  Transport,
  string
>

export interface ControlApi {
  /** For SIAGA_SIMULATOR_URL. */
  readonly url: string
  close(): Promise<void>
}

export interface ControlParts {
  readonly doors: readonly DoorBench[]
  /** Undefined until the applications run. */
  readonly fleet: () => Fleet | undefined
}

export async function startControlApi(parts: ControlParts): Promise<ControlApi> {
  const app = Fastify({ bodyLimit: BODY_BYTES_MAX, forceCloseConnections: true })
  // Any web page can reach a loopback port: only a program asks without Origin, under this very name.
  app.addHook('onRequest', async (request, reply) => {
    const { host, origin } = request.headers
    if (origin !== undefined || !host?.startsWith(`${HOST}:`)) {
      return problem(reply, 403, 'Only the server of the demonstration may ask here.')
    }
  })
  app.setNotFoundHandler((request, reply) => problem(reply, 404, `Nothing at ${request.method} ${request.url}.`))
  app.setErrorHandler((error: Error & { statusCode?: number }, _, reply) =>
    problem(reply, error.statusCode ?? 500, error.message),
  )
  addRoutes(app, parts)
  const url = await app.listen({ host: HOST, port: 0 })
  return { url, close: () => app.close() }
}

function addRoutes(app: FastifyInstance, { doors, fleet }: ControlParts): void {
  const doorOf = (id: string) => doors.find((door) => door.id === id)

  app.get('/api/v1/simulator', () => ({
    doors: doors.map((door) => door.view()),
    apps: (fleet()?.members ?? []).map(({ application, transport }) => ({
      id: application.app.id,
      name: application.app.name,
      transport: transportNames[transport],
      mode: application.mode,
      address: application.address,
    })),
  }))

  app.post<{ Params: { door: string; finger: string } }>(
    '/api/v1/simulator/doors/:door/fingers/:finger',
    async ({ params }, reply) => {
      const door = doorOf(params.door)
      if (!door) return problem(reply, 404, `There is no door "${params.door}".`)
      if (!door.press(params.finger)) return problem(reply, 404, `There is no finger "${params.finger}".`)
      return door.view()
    },
  )

  app.post<{ Params: { door: string } }>('/api/v1/simulator/doors/:door/contact', async ({ params, body }, reply) => {
    const door = doorOf(params.door)
    if (!door) return problem(reply, 404, `There is no door "${params.door}".`)
    const wanted = Contact.safeParse(body)
    if (!wanted.success) return problem(reply, 400, z.prettifyError(wanted.error))
    if (!door.move(wanted.data.action))
      return problem(reply, 409, 'The strike holds the door: press an assigned finger first.')
    return door.view()
  })

  app.post<{ Params: { app: string } }>('/api/v1/simulator/apps/:app', async ({ params, body }, reply) => {
    const wanted = Mode.safeParse(body)
    if (!wanted.success) return problem(reply, 400, z.prettifyError(wanted.error))
    const known = (await fleet()?.setMode(params.app, wanted.data.mode)) ?? false
    if (!known) return problem(reply, 404, `There is no application "${params.app}".`)
    return { id: params.app, mode: wanted.data.mode }
  })
}

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
}

function problem(reply: FastifyReply, status: number, detail: string): FastifyReply {
  return reply
    .code(status)
    .type('application/problem+json')
    .send({ title: titles[status] ?? 'Error', status, detail })
}
