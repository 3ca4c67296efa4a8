/** The agent's beats to the strike guard and its answers: who sees the other's silence first. */

const BEAT_EVERY_MS = 100
/**
 * Unanswered beats in a row: 0.6 s, so that a guard that stalled while the strike was released is killed and the strike
 * locked within one, on a busy machine too. Counted at the beats themselves, not by the clock: after a stop of the agent's own
 * process the answers that wait in the pipe are read before the next beat is due.
 */
const UNANSWERED_MAX = 6

export interface BeatsOptions {
  readonly beat: (number: number) => void
  readonly onSilence: () => void
}

export interface Beats {
  start(): void
  answered(number: number): void
  stop(): void
}

export function createBeats({ beat, onSilence }: BeatsOptions): Beats {
  let timer: NodeJS.Timeout | undefined
  let [sent, answered] = [0, 0]
  const stop = () => {
    clearInterval(timer)
    timer = undefined
  }
  const next = () => {
    if (sent - answered >= UNANSWERED_MAX) {
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
      timer = setInterval(next, BEAT_EVERY_MS)
      next()
    },
    answered: (number) => {
      answered = Math.max(answered, Math.min(number, sent))
    },
    stop,
  }
}
