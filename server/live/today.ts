/** Availability of the running WIB day over all applications, and what recovered lately: a fold over transitions. */
import type { RecoveryView } from '#contract/live.ts'
import type { AppState } from '#contract/states.ts'
import {
  accountSoFar,
  addAccounts,
  availabilityPercent,
  type RunningAccount,
  startAccount,
  takeChange,
} from '../monitor/availability.ts'
import type { Transition } from '../monitor/types.ts'
import { wibDay } from '../monitor/wib.ts'

const RECOVERIES_SHOWN = 8
/** At start they come application by application, so more are kept than shown. */
const RECOVERIES_KEPT = 1_000
const RECOVERY_SHOWN_MS = 2 * 3_600_000
const troubles: readonly AppState[] = ['down', 'degraded', 'unknown']

interface AppDay {
  /** Of the WIB day that it begins with. */
  account: RunningAccount
  /** The last change before or in this day: when the state in force began. */
  sinceMs: number
}

export class Today {
  private readonly apps = new Map<string, AppDay>()
  private recovered: RecoveryView[] = []

  /** An application and its state at the start of the day, which it is in since `sinceMs`. */
  begin(app: string, initial: AppState, { dayMs, sinceMs }: { dayMs: number; sinceMs: number }): void {
    if (!this.apps.has(app)) this.apps.set(app, { account: startAccount(dayMs, initial), sinceMs })
  }

  remove(app: string): void {
    this.apps.delete(app)
    this.recovered = this.recovered.filter((recovery) => recovery.app !== app)
  }

  take(transition: Transition): void {
    const day = this.apps.get(transition.app)
    if (!day) return
    if (troubles.includes(transition.from) && !troubles.includes(transition.to) && transition.to !== 'maintenance') {
      const lastedMs = Math.max(0, transition.at - day.sinceMs)
      const recovery = { app: transition.app, at: iso(transition.at), state: transition.from, lastedMs }
      this.recovered = [recovery, ...this.recovered].slice(0, RECOVERIES_KEPT)
    }
    const dayMs = wibDay(transition.at).fromMs
    if (dayMs > day.account.fromMs) day.account = startAccount(dayMs, day.account.state)
    takeChange(day.account, transition)
    day.sinceMs = transition.at
  }

  recoveries(nowMs: number): RecoveryView[] {
    return this.recovered
      .filter(({ at }) => nowMs - Date.parse(at) < RECOVERY_SHOWN_MS)
      .sort((a, b) => b.at.localeCompare(a.at))
      .slice(0, RECOVERIES_SHOWN)
  }

  /** Percent, floored to two digits; null before anything was judged today. What came after `judgedUntilMs` nobody knows yet. */
  availability(nowMs: number, judgedUntilMs: number): number | null {
    const { fromMs } = wibDay(nowMs)
    const accounts = [...this.apps.values()].map((day) => {
      // A new day: what came before only says in which state it began.
      if (day.account.fromMs !== fromMs) day.account = startAccount(fromMs, day.account.state)
      return accountSoFar(day.account, nowMs, judgedUntilMs)
    })
    return availabilityPercent(addAccounts(accounts))
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
