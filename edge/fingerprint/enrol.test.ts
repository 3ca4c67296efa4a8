import { duplexPair } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { silentLog } from '#runtime/log.ts'
import { instructions, ZFM_SYSTEM_ID } from './datasheet.ts'
import { type EnrolStep, enrol } from './enrol.ts'
import { createSensor } from './sensor.ts'
import { SMUDGED_FINGER } from './simulated-module.ts'
import { createSensorSimulator, type SimulatorOptions } from './simulator.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const SLOT = 7

/** Plays the person: what to lay on at each touch, by its number; the last entry stands for all later ones. */
async function play(fingers: readonly string[], options: SimulatorOptions = {}) {
  const [ours, theirs] = duplexPair()
  const simulator = createSensorSimulator(theirs, options)
  const clock = { wallMs: () => Date.now(), monoMs: () => Date.now() }
  const sensor = createSensor(ours, { clock, log: silentLog, address: 0xffff_ffff, password: 0 })
  const cancel = new AbortController()
  const steps: EnrolStep[] = []
  const touches: string[] = []
  let onStep = (_step: EnrolStep) => {}
  const lay = (step: EnrolStep) => {
    if (step.step === 'lift' || step.step === 'again') simulator.lift()
    if (step.step !== 'touch' && step.step !== 'again') return
    const finger = fingers[Math.min(touches.length, fingers.length - 1)] ?? ''
    touches.push(finger)
    if (finger !== '') setTimeout(() => simulator.press(finger), 300)
  }
  const run = async () => {
    let failure: unknown
    let done = false
    const { capacity = 200, systemId = 0 } = options
    const nowMs = () => Date.now()
    const running = (async () => {
      for await (const step of enrol({ sensor, capacity, systemId, slot: SLOT, signal: cancel.signal, nowMs })) {
        steps.push(step)
        lay(step)
        onStep(step)
      }
    })()
      .catch((error: unknown) => {
        failure = error
      })
      .finally(() => {
        done = true
      })
    for (let turn = 0; turn < 20_000 && !done; turn += 1) await vi.advanceTimersByTimeAsync(20)
    await running
    return { last: steps.at(-1), failure }
  }
  return {
    simulator,
    cancel,
    steps,
    touches,
    run,
    when: (listener: (step: EnrolStep) => void) => {
      onStep = listener
    },
  }
}

describe('enrol', () => {
  it('makes a template in five touches, and tells each step', async () => {
    const { run, steps, simulator } = await play(['siti'])
    expect(await run()).toEqual({ last: { step: 'done', quality: 161 }, failure: undefined })
    expect(steps.map(({ step }) => step)).toEqual([
      ...['touch', 'lift', 'touch', 'lift', 'touch', 'lift', 'touch', 'lift', 'touch', 'lift', 'done'],
    ])
    expect(steps[0]).toEqual({ step: 'touch', touch: 1, touches: 5 })
    expect([...simulator.library]).toEqual([[SLOT, 'siti']])
  })

  it('uses the two buffers of an optical module', async () => {
    const { run, steps, simulator } = await play(['siti'], { systemId: ZFM_SYSTEM_ID })
    expect(await run()).toMatchObject({ last: { step: 'done' } })
    expect(steps.at(0)).toMatchObject({ touches: 3 })
    expect(simulator.library.get(SLOT)).toBe('siti')
  })

  it('searches the finger before anything else, and stores none twice', async () => {
    const { run, simulator } = await play(['siti'], { library: [[3, 'siti']] })
    expect(await run()).toMatchObject({ last: { step: 'failed', reason: 'duplicate', clean: true } })
    expect(simulator.received).not.toContain(instructions.mergeFeatures)
    expect(simulator.library.size).toBe(1)
  })

  it('notices two fingers by Match, also where the module would merge them', async () => {
    const { run, simulator } = await play(['siti', 'budi'])
    simulator.faults.mergesAnything = true
    expect(await run()).toMatchObject({ last: { step: 'failed', reason: 'differ', clean: true } })
    expect(simulator.received).not.toContain(instructions.mergeFeatures)
    expect(simulator.library.size).toBe(0)
  })

  it('asks again for a poor image', async () => {
    const { run, steps } = await play([SMUDGED_FINGER, 'siti'])
    expect(await run()).toMatchObject({ last: { step: 'done' } })
    expect(steps[1]).toEqual({ step: 'again', touch: 1, touches: 5 })
  })

  it('takes the template back when the last touch is of another finger', async () => {
    const { run, simulator } = await play(['siti', 'siti', 'siti', 'siti', 'budi'])
    expect(await run()).toMatchObject({ last: { step: 'failed', reason: 'not-verified', clean: true } })
    expect(simulator.library.size).toBe(0)
  })

  it('believes the index, not the acknowledgement of Store, and never sends it twice', async () => {
    const lost = await play(['siti'])
    lost.simulator.injectAt(instructions.storeTemplate, 'silent')
    expect(await lost.run()).toMatchObject({ last: { step: 'done' } })
    expect(lost.simulator.received.filter((each) => each === instructions.storeTemplate)).toHaveLength(1)
    const failing = await play(['siti'])
    failing.simulator.faults.flash = true
    expect(await failing.run()).toMatchObject({ last: { step: 'failed', reason: 'not-stored', clean: true } })
    expect(failing.simulator.received.filter((each) => each === instructions.storeTemplate)).toHaveLength(1)
  })

  it('ends when nobody comes, and when it is cancelled', async () => {
    const nobody = await play([''])
    expect(await nobody.run()).toMatchObject({ last: { step: 'failed', reason: 'timeout', clean: true } })
    const cancelled = await play(['siti'])
    cancelled.when((step) => {
      if (step.step === 'touch' && step.touch === 3) cancelled.cancel.abort()
    })
    expect(await cancelled.run()).toMatchObject({ last: { step: 'failed', reason: 'cancelled', clean: true } })
    expect(cancelled.simulator.library.size).toBe(0)
  })

  it('ends with the error of a module that is lost', async () => {
    const { run, simulator, when } = await play(['siti'])
    when((step) => {
      if (step.step === 'lift') simulator.setSilent(true)
    })
    expect((await run()).failure).toMatchObject({ cause: 'timeout' })
  })
})
