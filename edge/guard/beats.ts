/** The agent's beats to the strike guard and its answers: who sees the other's silence first. */

const BEAT_EVERY_MS = 100
/**
 * Unanswered beats in a row. Counted at the beats themselves, not by the clock: after a stop of the agent's own process the
 * answers that wait in the pipe are read before the next beat is due. While the strike is released a guard that stalled is
 * killed after 0.4 s, so that the strike is locked within one on a busy machine too; while it is locked there is no hurry,
 * and a guard that merely had no processor for a moment is not thrown away.
 */
const UNANSWERED_MAX = { released: 4, locked: 10 } as const

export interface BeatsOptions {
  readonly beat: (number: number) => void
  readonly onSilence: () => void
}

export interface Beats {
  start(): void
  answered(number: number): void
  /** A release was asked for: one that stalls now may have released the strike and never say so. */
  released(forMs: number): void
  /** The strike is locked. */
  locked(): void
  stop(): void
}

export function createBeats({ beat, onSilence }: BeatsOptions): Beats {
  let timer: NodeJS.Timeout | undefined
  let [sent, answered, releasedUntilMs] = [0, 0, 0]
  const stop = () => {
    clearInterval(timer)
    timer = undefined
  }
  const next = () => {
    if (sent - answered >= UNANSWERED_MAX[performance.now() < releasedUntilMs ? 'released' : 'locked']) {
      stop()
      onSilence()
      return
    }
    sent += 1
    beat(sent)
  }
  return {
    start: () => {
      stop()
      answered = sent
      releasedUntilMs = 0
      timer = setInterval(next, BEAT_EVERY_MS)
      next()
    },
    answered: (number) => {
      answered = Math.max(answered, Math.min(number, sent))
    },
    released: (forMs) => {
      releasedUntilMs = performance.now() + forMs
    },
    locked: () => {
      releasedUntilMs = 0
    },
    stop,
  }
}
