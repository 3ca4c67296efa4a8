/** The built pages: one HTML file for every page address, immutable assets, and a problem document for all else. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { sendProblem } from './problem.ts'

/** Addresses of pages (design §3.6); each is answered by the same HTML, which picks the page. */
export function pagesOf({ login, simulator }: { login: boolean; simulator: boolean }): string[] {
  const settings = login ? ['/settings'] : []
  return ['/', '/wall', '/explore', '/login', ...(simulator ? ['/simulator'] : []), ...settings]
}

const YEAR_S = 31_536_000

/** No inline script, no other origin; inline style attributes are how a chart library places its canvas. */
const contentSecurityPolicy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

export async function useWeb(app: FastifyInstance, webDir: string, pages: readonly string[]): Promise<void> {
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
      return reply.header('cache-control', 'no-store').sendFile('index.html', webDir)
    })
  }
  app.addHook('onSend', async (_, reply) => {
    reply.headers({
      'content-security-policy': contentSecurityPolicy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    })
  })
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, 404, 'Not found', `Nothing answers ${request.method} here.`),
  )
}
