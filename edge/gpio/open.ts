/** From the setting SIAGA_GPIO to a backend. */
import { SettingsError } from '#runtime/settings.ts'
import type { GpioPort } from './port.ts'
import { openSimulatedGpio } from './simulated.ts'

export const gpioBackends = ['simulated', 'onoff', 'cdev'] as const
export type GpioBackend = (typeof gpioBackends)[number]

/** @throws SettingsError for a backend that is not built yet: a door never runs on lines that are not there. */
export async function openGpio(backend: GpioBackend, simulatedSocketPath?: string): Promise<GpioPort> {
  if (backend === 'simulated') return openSimulatedGpio(simulatedSocketPath)
  throw new SettingsError(
    `SIAGA_GPIO is "${backend}": this backend is not built yet, so no real door can be driven. Use "simulated".`,
  )
}
