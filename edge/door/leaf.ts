/** Runs the door machine on real lines and real time: contact in, strike out, facts to whoever records them. */
import type { Clock } from '#runtime/clock.ts'
import type { Edge, GpioPort, OutputPort } from '../gpio/port.ts'
import type { Strike } from '../gpio/strike.ts'
import {
  type DoorFact,
  type DoorInput,
  type DoorLeaf,
  type DoorTimes,
  initialLeaf,
  isBeeping,
  isReleased,
  type LeafAlarm,
  nextDeadline,
  stepDoor,
} from './door-machine.ts'

export interface LeafOptions {
  readonly gpio: Pick<GpioPort, 'read' | 'onEdge'>
  readonly outputs: Pick<OutputPort, 'write'>
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
  /** Releases the strike, for the door's own pulse or another; the caller has the grant on disk. */
  release(pulseMs?: number): void
  /** Ends a release under way. */
  lock(): void
  readonly state: DoorLeaf
  /** Locks and stops listening. */
  close(): void
}

/** The first step is due when `start` is called, so that its facts find their listener ready. */
export function createLeaf(options: LeafOptions): Leaf & { start(): void } {
  const { gpio, outputs, strike, times, clock } = options
  const first = initialLeaf(foundLines(gpio), options.standingAlarms, clock.monoMs())
  let state = first.leaf
  let timer: NodeJS.Timeout | undefined
  let stopEdges = () => {}

  const settle = (facts: readonly DoorFact[]) => {
    if (!isReleased(state)) strike.lock()
    outputs.write('buzzer', isBeeping(state) ? 1 : 0)
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
      stopEdges = gpio.onEdge((edge) => {
        const input = inputOf(edge)
        if (input) step(input)
        else if (edge.line === 'exit' && edge.level === 1) options.onExitButton()
      })
      settle(first.facts)
    },
    release: (pulseMs = times.pulseMs) => {
      strike.release(pulseMs)
      step({ type: 'release', pulseMs })
    },
    lock: () => step({ type: 'lock' }),
    get state() {
      return state
    },
    close: () => {
      stopEdges()
      step({ type: 'lock' })
      clearTimeout(timer)
      outputs.write('buzzer', 0)
      strike.close()
    },
  }
}

function foundLines(gpio: Pick<GpioPort, 'read'>) {
  return {
    open: gpio.read('contact') === 1,
    tamper: gpio.read('tamper') === 1,
    power: gpio.read('power') === 1,
    fire: gpio.read('fire') === 1,
  }
}

/** What the machine is told of a line; the others are read when they are asked for. */
function inputOf({ line, level }: Edge): DoorInput | undefined {
  switch (line) {
    case 'contact':
      return { type: 'contact', open: level === 1 }
    case 'tamper':
    case 'power':
    case 'fire':
      return { type: 'line', line, active: level === 1 }
    default:
      return undefined
  }
}
