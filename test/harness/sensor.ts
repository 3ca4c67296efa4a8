/** A sensor client and a simulated module on an in-memory pair, for tests on fake time. */
import { duplexPair } from 'node:stream'
import { vi } from 'vitest'
import { silentLog } from '#runtime/log.ts'
import { createSensor } from '../../edge/fingerprint/sensor.ts'
import { createSensorSimulator, type SimulatorOptions } from '../../edge/fingerprint/simulator.ts'

/** Advances fake time while the promise runs, so no test waits. */
export async function settled<T>(promise: Promise<T>): Promise<T> {
  let done = false
  const outcome = promise
    .then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    )
    .finally(() => {
      done = true
    })
  for (let step = 0; step < 5_000 && !done; step += 1) await vi.advanceTimersByTimeAsync(10)
  const ended = await outcome
  if ('error' in ended) throw ended.error
  return ended.value
}

export function sensorBench(options: SimulatorOptions = {}, password = 0) {
  const [ours, theirs] = duplexPair()
  const simulator = createSensorSimulator(theirs, options)
  const clock = { wallMs: () => Date.now(), monoMs: () => Date.now() }
  const sensor = createSensor(ours, { clock, log: silentLog, address: 0xffff_ffff, password })
  const times = (instruction: number) => simulator.received.filter((each) => each === instruction).length
  return { simulator, sensor, times, theirs }
}
