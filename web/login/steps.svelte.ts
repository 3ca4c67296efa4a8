/** The steps of logging in, and what the server said to each. */
import { z } from 'zod'
import { SessionView } from '../../broker/contract/people.ts'
import { problemNameOf } from '../../broker/contract/problems.ts'
import { ApiError, call } from '../lib/api.ts'
import { passkeysPossible, provePasskey } from '../lib/passkey-browser.ts'
import { loginAddress, nextAfterLogin, paths } from '../lib/paths.ts'
import { type OneTimeLink, readLink } from './one-time-link.ts'

const Step = z.object({ step: z.enum(['done', 'code']) })
const LinkUsed = z.object({ email: z.string() })
const Away = z.object({ address: z.url() })
const Returned = z.object({ next: z.string() })
const Done = z.unknown()

export class LoginSteps {
  readonly link: OneTimeLink | null = readLink(location.hash)
  step = $state<'password' | 'code' | 'link' | 'return' | 'demo'>(this.link === null ? 'password' : 'link')
  failure = $state.raw<ApiError | null>(null)
  busy = $state(false)
  /** Whether this browser can, at this address. */
  passkeys = $state(false)
  /** Name of the provider one may log in by. */
  provider = $state<string | null>(null)
  /** Seconds until the server listens to the next try. */
  waitS = $state(0)

  constructor() {
    if (location.pathname === paths.loginReturn) void this.#return()
    void this.#whoAmI()
    $effect(() => {
      if (this.waitS <= 0) return
      const timer = setTimeout(() => {
        this.waitS -= 1
      }, 1000)
      return () => clearTimeout(timer)
    })
  }

  withPassword = (email: string, password: string): Promise<void> =>
    this.#try(async () => {
      const { step } = await call('/api/v1/session', Step, { method: 'POST', body: { email, password } })
      if (step === 'done') this.#enter()
      else this.step = 'code'
    })

  withCode = (code: string): Promise<void> =>
    this.#try(async () => {
      await call('/api/v1/session/code', Done, { method: 'POST', body: { code } })
      this.#enter()
    })

  withPasskey = (): Promise<void> =>
    this.#try(async () => {
      await provePasskey('session/passkey')
      this.#enter()
    })

  /** Leaves for the provider, which sends the browser back to `/login/return`. */
  withProvider = (): Promise<void> =>
    this.#try(async () => {
      const next = nextAfterLogin(location.search, location.origin)
      const { address } = await call('/api/v1/session/provider', Away, { method: 'POST', body: { next } })
      location.assign(address)
    })

  /** Sets the password the link is for, and logs in with it. */
  withLink = (password: string, newcomer?: { name: string; email: string }): Promise<void> =>
    this.#try(async () => {
      const body = { link: this.link?.secret, password, ...newcomer }
      const { email } = await call('/api/v1/session/link', LinkUsed, { method: 'POST', body })
      await call('/api/v1/session', Step, { method: 'POST', body: { email, password } })
      // A second factor comes next, and is set up there.
      location.replace(paths.settings)
    })

  restart(): void {
    this.failure = null
    this.step = 'password'
  }

  /** Came from another site, so no cookie was sent with this page; what it asks for now goes with all of them. */
  async #return(): Promise<void> {
    const { search } = location
    // The provider's code works once, and stays in no history.
    history.replaceState(null, '', paths.login)
    this.step = 'return'
    await this.#try(async () => {
      const { next } = await call('/api/v1/session/provider/return', Returned, { method: 'POST', body: { search } })
      location.replace(nextAfterLogin(loginAddress(next).slice(paths.login.length), location.origin))
    })
    if (this.failure !== null) this.step = 'password'
  }

  /** Somebody who is logged in already came by a link from elsewhere, with which a browser sends no cookie. */
  async #whoAmI(): Promise<void> {
    // Without an answer the form stands as for a stranger, and the first attempt tells what is wrong.
    const view = await call('/api/v1/session', SessionView).catch(() => null)
    this.passkeys = view?.passkeys === true && passkeysPossible()
    this.provider = view?.provider ?? null
    if (view === null || this.link !== null || this.step === 'return') return
    if (!view.login) this.step = 'demo'
    else if (view.person !== null) this.#enter()
  }

  #enter(): void {
    location.replace(nextAfterLogin(location.search, location.origin))
  }

  async #try(act: () => Promise<void>): Promise<void> {
    if (this.busy) return
    this.busy = true
    try {
      await act()
      this.failure = null
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.failure = error
      this.waitS = error.retryAfterS
      if (problemNameOf(error.type) === 'code-late') this.step = 'password'
    } finally {
      this.busy = false
    }
  }
}
