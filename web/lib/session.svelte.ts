/** Who sits at this page: asked at the start, when the live feed is refused, and now and then while somebody works. */
import { z } from 'zod'
import { type PersonView, SessionView } from '../../broker/contract/people.ts'
import { call } from './api.ts'
import { factorAddress, loginAddress, type PageName, pageNames, paths } from './paths.ts'

/** The server ends a session nobody used for half an hour. */
const AT_WORK_MS = 5 * 60_000

export class Session {
  /** Undefined until the server has answered. */
  view = $state.raw<SessionView | undefined>(undefined)
  readonly person = $derived<PersonView | null>(this.view?.person ?? null)
  /** Pages this person may open; the server decides. */
  readonly pages = $derived<readonly PageName[]>(pageNames.filter((name) => this.view?.pages.includes(paths[name])))
  #askedMs = 0

  /** Leaves for the login when nobody is logged in, and for the settings while the second factor is due. */
  async ask(): Promise<void> {
    this.#askedMs = performance.now()
    try {
      this.view = await call('/api/v1/session', SessionView)
    } catch {
      return // No answer: the live link says so on every page, and asks again when it is back.
    }
    if (this.view.login && this.view.person === null) {
      location.assign(loginAddress(location.pathname + location.search))
    }
    if (this.person?.secondFactorDue && location.pathname !== paths.settings) {
      location.assign(factorAddress(location.pathname + location.search))
    }
  }

  /** Somebody pressed or typed something. */
  atWork(): void {
    if (this.view?.login && performance.now() - this.#askedMs >= AT_WORK_MS) void this.ask()
  }

  /** @throws ApiError when it could not be ended: it goes on */
  async end(): Promise<void> {
    await call('/api/v1/session/end', z.unknown(), { method: 'POST', body: {} })
    location.assign(paths.login)
  }
}
