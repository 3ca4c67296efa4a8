/**
 * From an open port to a module that answers, knows the password and has said how large it is. A silent one is reset,
 * then its power is switched off and on where a line for that is wired: modules hang after a power dip.
 */
import type { Answer } from './commands.ts'
import { type Sensor, SensorError } from './sensor.ts'

export interface BootOptions {
  readonly password: number
  /** Switches the module's power off and on when that is due; resolves when it is on. Absent where no line is wired. */
  readonly powerCycle?: (() => Promise<void>) | undefined
}

export type SensorParameters = Answer<'readParameters'>

/** An R503 says ready 50 ms after power-on, an R307 after 200 ms, some never. */
const READY_MS = 1_000

/** @throws SensorError when the module stays silent, or refuses the password. */
export async function boot(
  sensor: Pick<Sensor, 'whenReady' | 'verifyPassword' | 'readParameters' | 'softReset'>,
  { password, powerCycle }: BootOptions,
): Promise<SensorParameters> {
  const greet = async () => {
    await sensor.whenReady(READY_MS) // carries on without it: the module may have been up for days
    await sensor.verifyPassword(password)
    return sensor.readParameters()
  }
  const steps = [sensor.softReset, ...(powerCycle ? [powerCycle] : [])]
  for (const recover of steps) {
    try {
      return await greet()
    } catch (error) {
      if (!isSilence(error)) throw error
      await recover().catch(ignoreSilence)
    }
  }
  return greet()
}

/** A refusal is an answer, and a closed port is not cured by a reset. */
function isSilence(error: unknown): boolean {
  return error instanceof SensorError && (error.cause === 'timeout' || error.cause === 'malformed')
}

/** A module that hangs does not acknowledge its reset either; the next greeting tells. */
function ignoreSilence(error: unknown): void {
  if (!(error instanceof SensorError)) throw error
}
