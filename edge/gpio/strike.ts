/** What the agent asks of the strike, and hears of it. */
import type { Level } from './port.ts'

export interface StrikeChange {
  readonly level: Level
  /** `idle`, `pulse`, `agent-silent` or `fire`; `late` when a release that was asked for came too late and did not happen. */
  readonly reason: string
}

export interface Strike {
  /** False while nothing holds the strike: nobody may be granted then. */
  readonly ready: boolean
  /** Hears when the strike is held and when no longer; returns how to stop hearing. */
  onReady(listener: (ready: boolean) => void): () => void
  /** Hears what became of the strike. */
  onStrike(listener: (change: StrikeChange) => void): () => void
  /** Releases the door for at most `pulseMs`; a release under way is extended, never beyond the maximum from now. */
  release(pulseMs: number): void
  /** Ends a release; a fire goes on. */
  lock(): void
  /** Locks for good. */
  close(): void
}
