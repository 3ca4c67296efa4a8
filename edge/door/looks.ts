/** When to look at the glass next: at once when the touch line or somebody else says so, else after a pause. */
import type { GpioPort } from '../gpio/port.ts'
import { pause } from '../pause.ts'

export interface Looks {
  /** Resolves when it is time for the next look. */
  next(): Promise<void>
  /** The next look is due now. */
  wake(): void
  close(): void
}

/** Without a touch line, and while a finger lies there whose image is not ready: a touch waits half of it on average. */
export const POLL_MS = 100
/** With a touch line looks go on, seldom: a broken wire makes the reader slow, not blind. */
const SLOW_POLL_MS = 1_000

/** @param touch the lines, when the sensor's touch line is one of them */
export function createLooks(touch: Pick<GpioPort, 'read' | 'onEdge'> | undefined): Looks {
  let due = false
  let waiting: AbortController | undefined
  const wake = () => {
    due = true
    waiting?.abort()
  }
  const silence = touch?.onEdge(({ line, level }) => {
    if (line === 'touch' && level === 1) wake()
  })
  return {
    async next() {
      waiting = new AbortController()
      // Also what was said during the last look counts: that one may have come too early.
      if (!due) await pause(touch?.read('touch') === 0 ? SLOW_POLL_MS : POLL_MS, waiting.signal)
      waiting = undefined
      due = false
    },
    wake,
    close: () => silence?.(),
  }
}
