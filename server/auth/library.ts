/** The one file that knows better-auth: passwords, session cookies, second factor and their tables in auth.db (ADR 8). */
import { randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { type BetterAuthOptions, type BetterAuthPlugin, betterAuth } from 'better-auth'
import { APIError, createAuthEndpoint, getSessionFromCtx } from 'better-auth/api'
import { setSessionCookie } from 'better-auth/cookies'
import { getMigrations } from 'better-auth/db/migration'
import { twoFactor } from 'better-auth/plugins/two-factor'
import { z } from 'zod'
import { PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from '#contract/people.ts'
import type { Log } from '#runtime/log.ts'
import { ADDRESS_HEADER } from './cookies.ts'
import type { Passwords } from './passwords.ts'
import { makeRecoveryCodes, recoveryCodesAtRest } from './recovery-codes.ts'
import { WALL_AGE_MAX_MS } from './session-age.ts'
import type { NewSession } from './sessions.ts'

/** From the password to the code. */
const CODE_WAIT_S = 300
const ID_BYTES = 16
const TOKEN_BYTES = 32

export interface LibraryParts {
  readonly db: DatabaseSync
  readonly secret: string
  readonly baseUrl: string
  readonly secureCookies: boolean
  readonly passwords: Passwords
  readonly log: Log
  readonly onSession: (session: NewSession) => void
  readonly onSessionEnd: (session: { id: string }) => void
}

export type Library = Awaited<ReturnType<typeof openLibrary>>

/** Brings its tables up to date. Its HTTP handler is not mounted: our routes call what they need of it, and no more. */
export async function openLibrary(parts: LibraryParts) {
  const options = {
    ...commonOptions(parts),
    plugins: [
      twoFactor({
        issuer: 'Siaga',
        twoFactorCookieMaxAge: CODE_WAIT_S,
        totpOptions: { digits: 6, period: 30 },
        backupCodeOptions: { customBackupCodesGenerate: makeRecoveryCodes, storeBackupCodes: recoveryCodesAtRest },
      }),
      sessionOpener,
    ],
  }
  const migrations = await getMigrations(options)
  await migrations.runMigrations()
  return betterAuth(options)
}

/**
 * Begins a session, and its cookie, for a person whom we have proven by other means than a password; and gives one a new
 * cookie, the old one being of no use from then on, once its person has proven themselves again (ASVS 7.2.4).
 */
const sessionOpener = {
  id: 'session-opener',
  endpoints: {
    openSession: createAuthEndpoint(
      '/open-session',
      { method: 'POST', body: z.object({ person: z.string() }) },
      async (context) => {
        const { internalAdapter } = context.context
        const user = await internalAdapter.findUserById(context.body.person)
        if (!user) throw new Error(`there is no person "${context.body.person}"`)
        const session = await internalAdapter.createSession(user.id)
        await setSessionCookie(context, { session, user })
        return { session: session.id }
      },
    ),
    renewSession: createAuthEndpoint('/renew-session', { method: 'POST' }, async (context) => {
      const found = await getSessionFromCtx(context)
      if (!found) throw new APIError('UNAUTHORIZED', { message: 'there is no session to renew' })
      const token = randomBytes(TOKEN_BYTES).toString('base64url')
      const session = await context.context.internalAdapter.updateSession(found.session.token, { token })
      if (!session) throw new APIError('UNAUTHORIZED', { message: 'the session ended while it was renewed' })
      await setSessionCookie(context, { session, user: found.user })
      return { session: session.id }
    }),
  },
} satisfies BetterAuthPlugin

function commonOptions({ db, secret, baseUrl, secureCookies, passwords, log, ...parts }: LibraryParts) {
  return {
    appName: 'Siaga',
    baseURL: baseUrl,
    secret,
    database: db,
    telemetry: { enabled: false },
    logger: { level: 'warn', log: (level, message) => log.warn({ level, reason: message }, 'authentication library') },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: PASSWORD_LENGTH_MIN,
      maxPasswordLength: PASSWORD_LENGTH_MAX,
      password: {
        hash: (password) => passwords.hash(password),
        verify: ({ hash, password }) => passwords.verify(hash, password),
      },
    },
    // How long a session holds is ours to say (session-age.ts); this is the longest there is.
    session: { expiresIn: WALL_AGE_MAX_MS / 1000, disableSessionRefresh: true, cookieCache: { enabled: false } },
    rateLimit: { enabled: false },
    advanced: {
      // Of a person it is also the actor of a command to a door, which takes no capitals.
      database: { generateId: () => randomBytes(ID_BYTES).toString('hex') },
      cookiePrefix: secureCookies ? '__Host-siaga' : 'siaga',
      // Set by cookies.ts from the connection, never by the client.
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
      // The library's own prefix would be __Secure-, which is weaker than __Host-.
      useSecureCookies: false,
      defaultCookieAttributes: { httpOnly: true, sameSite: 'strict', secure: secureCookies, path: '/' },
    },
    databaseHooks: {
      session: {
        create: {
          after: async ({ id, userId, ipAddress, userAgent }) =>
            parts.onSession({ id, person: userId, address: ipAddress ?? '', agent: userAgent ?? '' }),
        },
        delete: { after: async (session) => parts.onSessionEnd(session) },
      },
    },
  } satisfies BetterAuthOptions
}
