/** Runs the door machine on real lines and real time: contact in, strike out, facts to whoever records them. */
import type { Clock } from '#runtime/clock.ts'
import type { GpioPort } from '../gpio/port.ts'
import type { Strike } from '../gpio/strike.ts'
import {
  type DoorFact,
  type DoorInput,
  type DoorLeaf,
  type DoorTimes,
  initialLeaf,
  type LeafAlarm,
  nextDeadline,
  stepDoor,
} from './door-machine.ts'

export interface LeafOptions {
  readonly gpio: Pick<GpioPort, 'read' | 'onEdge'>
  readonly strike: Strike
  readonly times: DoorTimes
  readonly clock: Clock
  /** Alarms that stood when the last run ended. */
  readonly standingAlarms: readonly LeafAlarm[]
  /** Called after the lines are as they should be; the list may be empty, the state has changed all the same. */
  readonly onStep: (facts: readonly DoorFact[]) => void
  readonly onExitButton: () => void
}

export interface Leaf {
  /** Releases the strike; the caller has the grant on disk. */
  release(): void
  readonly state: DoorLeaf
  /** Locks and stops listening. */
  close(): void
}

/** The first step is due when `start` is called, so that its facts find their listener ready. */
export function createLeaf(options: LeafOptions): Leaf & { start(): void } {
  const { gpio, strike, times, clock } = options
  const first = initialLeaf(gpio.read('contact') === 1, options.standingAlarms, clock.monoMs())
  let state = first.leaf
  let timer: NodeJS.Timeout | undefined
  let stopEdges = () => {}

  const settle = (facts: readonly DoorFact[]) => {
    if (state.release === null) strike.lock()
    clearTimeout(timer)
    const deadline = nextDeadline(state, times)
    if (deadline !== undefined) timer = setTimeout(() => step({ type: 'tick' }), Math.max(1, deadline - clock.monoMs()))
    options.onStep(facts)
  }
  const step = (input: DoorInput) => {
    const next = stepDoor(state, input, clock.monoMs(), times)
    state = next.leaf
    settle(next.facts)
  }
  return {
    start: () => {
      stopEdges = gpio.onEdge(({ line, level }) => {
        if (line === 'contact') step({ type: 'contact', open: level === 1 })
        else if (level === 1) options.onExitButton()
      })
      settle(first.facts)
    },
    release: () => {
      strike.release(times.pulseMs)
      step({ type: 'release' })
    },
    get state() {
      return state
    },
    close: () => {
      stopEdges()
      step({ type: 'lock' })
      clearTimeout(timer)
      strike.close()
    },
  }
}
