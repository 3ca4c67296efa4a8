/** The HTTP side of the server: limits, Host and Origin checks, routes, OpenAPI, pages. */
import rateLimit from '@fastify/rate-limit'
import swagger from '@fastify/swagger'
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import type { Auth } from '../auth/auth.ts'
import type { Exposure } from '../auth/exposure.ts'
import { accountRoutes } from './account-routes.ts'
import { auditRoutes } from './audit-routes.ts'
import { useAuthorization } from './authorize.ts'
import { answerBrokenRequests } from './broken-requests.ts'
import { boundConnections, type KeepConnection } from './connections.ts'
import { doorRoutes } from './door-routes.ts'
import { enrolmentRoutes } from './enrolment-routes.ts'
import { heartbeatRoutes } from './heartbeat-routes.ts'
import { historyRoutes } from './history-routes.ts'
import { identityRoutes } from './identity-routes.ts'
import { monotonicRates } from './monotonic-rates.ts'
import { openApi } from './openapi.ts'
import type { OriginRules } from './origin.ts'
import { ownAccountRoutes } from './own-account-routes.ts'
import type { HttpParts } from './parts.ts'
import { passkeyRoutes } from './passkey-routes.ts'
import { sendProblem, useProblems } from './problem.ts'
import { providerRoutes } from './provider-routes.ts'
import { providerSubjectRoutes } from './provider-subject-routes.ts'
import { createRecorder, type Recorder } from './recorder.ts'
import { sessionRoutes, whoAmIRoute } from './session-routes.ts'
import { useSimulator } from './simulator-routes.ts'
import { statusRoutes } from './status-routes.ts'
import { notKept, pagesOf, strictHeaders, useWeb } from './web-routes.ts'

const BODY_BYTES_MAX = 64 * 1024
/** The id of a passkey, of the longest that WebAuthn allows (1,023 bytes as base64url); each route bounds its own. */
const PARAM_LENGTH_MAX = 1_400
const REQUEST_TIMEOUT_MS = 15_000
const CONNECTION_TIMEOUT_MS = 60_000
/** A TLS handshake that is not done by then holds a place for nothing. */
const HANDSHAKE_TIMEOUT_MS = 10_000
/** How often Node looks for requests that take too long; by itself each half a minute. */
const CHECK_MS = 1_000

export interface HttpServerOptions {
  readonly parts: HttpParts
  readonly exposure: Pick<Exposure, 'tls' | 'proxies' | 'secureCookies'>
  /** Known only once the port is; asked at each request. */
  readonly rules: () => OriginRules
}

export interface HttpServer {
  readonly app: FastifyInstance
  readonly keepConnection: KeepConnection
}

export async function createHttpServer({ parts, rules, exposure }: HttpServerOptions): Promise<HttpServer> {
  const loggerInstance: FastifyBaseLogger = parts.log
  const app: FastifyInstance = fastify({
    loggerInstance,
    // Without TLS the factory makes a plain server; the options of both are one type here.
    ...(exposure.tls
      ? { https: { ...exposure.tls, handshakeTimeout: HANDSHAKE_TIMEOUT_MS, connectionsCheckingInterval: CHECK_MS } }
      : { http: { connectionsCheckingInterval: CHECK_MS } }),
    ...(exposure.proxies && { trustProxy: exposure.proxies.split(',') }),
    // Addresses may hold a token (/hb/{token}): what is logged is the route's pattern, below.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: PARAM_LENGTH_MAX },
    ...answerBrokenRequests({ ...strictHeaders(exposure.secureCookies), ...notKept }),
  })
  const keepConnection = boundConnections(app, exposure.proxies, parts.log)
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  useProblems(app)
  guard(app, rules)
  useAuthorization(app, parts)
  app.addHook('onResponse', async (request, reply) => {
    request.log.debug({ method: request.method, route: request.routeOptions.url, status: reply.statusCode }, 'request')
  })
  await app.register(swagger, openApi)
  await app.register(rateLimit, { global: false, addHeadersOnExceeding: {}, store: monotonicRates(parts.clock) })
  const pages = pagesOf({
    login: parts.auth !== undefined,
    provider: parts.auth?.provider !== undefined,
    simulator: parts.simulatorUrl !== undefined,
  })
  await app.register(whoAmIRoute(parts.auth, pages))
  const record = createRecorder(parts)
  if (parts.auth) await usePeople(app, { ...parts, record, auth: parts.auth, secureCookies: exposure.secureCookies })
  await app.register(statusRoutes(parts))
  await app.register(historyRoutes(parts))
  await app.register(heartbeatRoutes(parts))
  await app.register(doorRoutes({ ...parts, record, personIn: (session) => parts.auth?.personIn(session) }))
  if (parts.simulatorUrl) useSimulator(app, parts.simulatorUrl)
  app.get('/api/openapi.json', { schema: { hide: true } }, (_, reply) =>
    reply
      .serializer((document: unknown) => JSON.stringify(document))
      .type('application/json')
      .send(app.swagger()),
  )
  await useWeb(app, { webDir: parts.webDir, pages, secure: exposure.secureCookies })
  return { app, keepConnection }
}

interface PeopleParts extends HttpParts {
  readonly auth: Auth
  readonly record: Recorder
  readonly secureCookies: boolean
}

/** What there is to people and tokens; the demo has none of it. */
async function usePeople(app: FastifyInstance, parts: PeopleParts): Promise<void> {
  const { auth, clock, record } = parts
  await app.register(sessionRoutes(auth, record))
  await app.register(ownAccountRoutes(auth, clock, record))
  await app.register(passkeyRoutes(parts))
  if (auth.provider) await app.register(providerRoutes({ ...parts, provider: auth.provider }))
  await app.register(accountRoutes(parts))
  await app.register(providerSubjectRoutes(parts))
  await app.register(identityRoutes(parts))
  await app.register(enrolmentRoutes(parts))
  await app.register(auditRoutes(parts.audit))
}

function guard(app: FastifyInstance, rules: HttpServerOptions['rules']): void {
  app.addHook('onRequest', async (request, reply) => {
    const { isOurHost, isOurOrigin } = rules()
    if (!isOurHost(request.headers.host)) {
      return sendProblem(
        reply,
        421,
        'Misdirected request',
        `This server is not known as "${request.headers.host}"; see SIAGA_PUBLIC_URL.`,
      )
    }
    if (request.method !== 'GET' && !isOurOrigin(request.headers.origin)) {
      return sendProblem(reply, 403, 'Foreign origin', `A page of "${request.headers.origin}" may not write here.`)
    }
  })
}
