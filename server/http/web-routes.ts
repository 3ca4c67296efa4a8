/** The built pages: one HTML file for every page address, immutable assets, and a problem document for all else. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { RETURN_PATH } from '../auth/provider-settings.ts'
import { sendProblem } from './problem.ts'

/** Addresses of pages (design §3.6); each is answered by the same HTML, which picks the page. */
export function pagesOf(there: { login: boolean; provider: boolean; simulator: boolean }): string[] {
  return [
    ...['/', '/wall', '/explore', '/doors', '/login'],
    ...(there.simulator ? ['/simulator'] : []),
    ...(there.login ? ['/settings', '/audit'] : []),
    ...(there.provider ? [RETURN_PATH] : []),
  ]
}

const YEAR_S = 31_536_000

/** No inline script or style, no other origin. Programs may set single styles: that is how a chart places its canvas. */
const contentSecurityPolicy =
  "default-src 'self'; img-src 'self' data:; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

/** With every answer. @param secure people come by https alone */
export function strictHeaders(secure: boolean): Readonly<Record<string, string>> {
  return {
    'content-security-policy': contentSecurityPolicy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    ...(secure && { 'strict-transport-security': `max-age=${YEAR_S}; includeSubDomains` }),
  }
}

/** Assets say of themselves how long they hold; nothing else is kept by anybody on the way. */
export const notKept = { 'cache-control': 'no-store' }

interface WebOptions {
  /** Directory of the built web pages. */
  readonly webDir: string
  readonly pages: readonly string[]
  /** People come by https alone. */
  readonly secure: boolean
}

export async function useWeb(app: FastifyInstance, { webDir, pages, secure }: WebOptions): Promise<void> {
  const strict = strictHeaders(secure)
  const built = existsSync(join(webDir, 'index.html'))
  if (built) {
    await app.register(fastifyStatic, {
      root: join(webDir, 'assets'),
      prefix: '/assets/',
      maxAge: YEAR_S * 1000,
      immutable: true,
    })
  }
  for (const page of pages) {
    app.get(page, { schema: { hide: true } }, (_, reply) => {
      if (!built)
        return sendProblem(reply, 503, 'Pages not built', `Build them first: npm run build (looked in ${webDir})`)
      return reply.sendFile('index.html', webDir, { cacheControl: false })
    })
  }
  app.addHook('onSend', async (_, reply) => {
    reply.headers({ ...strict, ...(!reply.hasHeader('cache-control') && notKept) })
  })
  app.setNotFoundHandler((request, reply) => {
    // Somebody at a browser gets the page that says so; assets and programs do not ask for HTML.
    const page = built && request.method === 'GET' && request.headers.accept?.includes('text/html')
    if (page) return reply.code(404).sendFile('index.html', webDir, { cacheControl: false })
    return sendProblem(reply, 404, 'Not found', `Nothing answers ${request.method} here.`)
  })
}
