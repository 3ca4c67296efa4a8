/** Settings of the demonstration (design: same names as the processes it starts). */

import { z } from 'zod'
import { port, readSettings } from '#runtime/settings.ts'

const shape = {
  SIAGA_DATA_DIR: z.string().default('./data/demo'),
  SIAGA_HTTP_HOST: z.string().default('127.0.0.1'),
  SIAGA_HTTP_PORT: port.optional(),
  SIAGA_MQTT_HOST: z.string().default('127.0.0.1'),
  SIAGA_MQTT_PORT: port.optional(),
  /** The server's private key, when it is not the file in the data directory. */
  SIAGA_COMMAND_KEY: z.string().optional(),
}

/** @throws SettingsError with a readable list */
export function readDemoSettings() {
  return readSettings(shape)
}
export type DemoSettings = ReturnType<typeof readDemoSettings>
