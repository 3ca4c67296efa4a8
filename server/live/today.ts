/** Availability of the running WIB day over all applications, and what recovered lately: a fold over transitions. */
import type { RecoveryView } from '#contract/live.ts'
import type { AppState } from '#contract/states.ts'
import { accountOf, addAccounts, availabilityPercent, type StateChange } from '../monitor/availability.ts'
import type { Transition } from '../monitor/types.ts'
import { wibDay } from '../monitor/wib.ts'

const RECOVERIES_SHOWN = 8
/** At start they come application by application, so more are kept than shown. */
const RECOVERIES_KEPT = 1_000
const RECOVERY_SHOWN_MS = 2 * 3_600_000
const troubles: readonly AppState[] = ['down', 'degraded', 'unknown']

interface AppDay {
  initial: AppState
  changes: StateChange[]
  /** The last change before or in this day: when the state in force began. */
  sinceMs: number
}

export class Today {
  private readonly apps = new Map<string, AppDay>()
  private recovered: RecoveryView[] = []
  private dayFromMs = 0

  /** An application and its state at the start of the day. */
  begin(app: string, initial: AppState, sinceMs: number): void {
    if (!this.apps.has(app)) this.apps.set(app, { initial, changes: [], sinceMs })
  }

  remove(app: string): void {
    this.apps.delete(app)
  }

  take(transition: Transition): void {
    const day = this.apps.get(transition.app)
    if (!day) return
    if (troubles.includes(transition.from) && !troubles.includes(transition.to) && transition.to !== 'maintenance') {
      const lastedMs = Math.max(0, transition.at - day.sinceMs)
      const recovery = { app: transition.app, at: iso(transition.at), state: transition.from, lastedMs }
      this.recovered = [recovery, ...this.recovered].slice(0, RECOVERIES_KEPT)
    }
    day.changes.push({ at: transition.at, to: transition.to })
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
    const period = wibDay(nowMs)
    if (period.fromMs !== this.dayFromMs) this.roll(period.fromMs)
    const judged = { period: { fromMs: period.fromMs, untilMs: nowMs }, judgedUntilMs }
    return availabilityPercent(addAccounts([...this.apps.values()].map((day) => accountOf({ ...judged, ...day }))))
  }

  /** A new day: what changed before it only says in which state it began. */
  private roll(fromMs: number): void {
    this.dayFromMs = fromMs
    for (const day of this.apps.values()) {
      day.initial = day.changes.filter(({ at }) => at < fromMs).at(-1)?.to ?? day.initial
      day.changes = day.changes.filter(({ at }) => at >= fromMs)
    }
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
