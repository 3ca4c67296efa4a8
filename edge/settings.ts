/** Settings of the door agent (design §3.2). */
import { createPublicKey, type KeyObject } from 'node:crypto'
import { z } from 'zod'
import { Id } from '#contract/identifiers.ts'
import { commonShape, flag } from '#runtime/settings.ts'
import { gpioBackends } from './gpio/backends.ts'
import { parseLine } from './gpio/wiring.ts'
import { STRIKE_PULSE_MAX_MS } from './guard/guard-machine.ts'

/** Public Ed25519 key as PEM, or as its SPKI DER in base64. */
const commandKey = z
  .string('the public Ed25519 key of the server, PEM or base64 SPKI DER')
  .transform((text, context) => {
    const key = parsePublicKey(text)
    if (key?.asymmetricKeyType === 'ed25519') return key
    context.addIssue({ code: 'custom', message: 'must be a public Ed25519 key, PEM or base64 SPKI DER' })
    return z.NEVER
  })

const brokerUrl = z.url({ protocol: /^(mqtts?|wss?)$/, error: 'must be a mqtt, mqtts, ws or wss address' })

/** What the registers of the module can be set to: 9600 × 1, 2, 4, 6, 12. */
const baudRates = [9_600, 19_200, 38_400, 57_600, 115_200]
const milliseconds = z.coerce.number().int()

/** A BCM number; with `!` behind it the line is active while its voltage is low. */
const gpioLine = z
  .string()
  .transform((text, context) => {
    const line = parseLine(text)
    if (line) return line
    context.addIssue({
      code: 'custom',
      message: 'must be a BCM number from 0 to 53, with ! when active low, as 17 or 17!',
    })
    return z.NEVER
  })
  .optional()

/** Value of SIAGA_SENSOR. */
export const SIMULATED_SENSOR = 'simulated'

export const doorShape = {
  ...commonShape,
  SIAGA_DOOR: Id,
  /** Path of the serial port, or `simulated` for a simulated sensor inside the agent. */
  SIAGA_SENSOR: z
    .string()
    .refine(
      (text) => text === SIMULATED_SENSOR || text.startsWith('/'),
      `must be the path of a serial port, for example /dev/serial0, or ${SIMULATED_SENSOR}`,
    ),
  SIAGA_SENSOR_BAUD: z.coerce
    .number()
    .refine((baud) => baudRates.includes(baud), `must be one of ${baudRates.join(', ')}`)
    .default(57_600),
  /** Password of the module, 32 bits; 0 is how it ships. */
  SIAGA_SENSOR_PASSWORD: z.coerce.number().int().min(0).max(0xffff_ffff).default(0),
  SIAGA_GPIO: z.enum(gpioBackends),
  /** Unix socket over which a bench drives the simulated lines. */
  SIAGA_GPIO_SIMULATED_SOCKET: z.string().optional(),
  /** Lines of a real door; STRIKE and CONTACT it must have (docs/operations.md). */
  SIAGA_GPIO_STRIKE: gpioLine,
  SIAGA_GPIO_CONTACT: gpioLine,
  SIAGA_GPIO_EXIT: gpioLine,
  SIAGA_GPIO_TOUCH: gpioLine,
  SIAGA_GPIO_FIRE: gpioLine,
  SIAGA_GPIO_TAMPER: gpioLine,
  SIAGA_GPIO_POWER: gpioLine,
  SIAGA_GPIO_INTERLOCK: gpioLine,
  /** Outputs that are not the strike: feeds the sensor while active; sounds while active. */
  SIAGA_GPIO_SENSOR_POWER: gpioLine,
  SIAGA_GPIO_BUZZER: gpioLine,
  SIAGA_MQTT_URL: brokerUrl.default('mqtt://127.0.0.1:1883'),
  /** `door:{id}` when not given. */
  SIAGA_MQTT_USERNAME: z.string().optional(),
  SIAGA_MQTT_PASSWORD: z.string().optional(),
  /** Instead of the one that the enrolment brought. */
  SIAGA_COMMAND_KEY: commandKey.optional(),
  SIAGA_STRIKE_PULSE_MS: milliseconds.min(500).max(STRIKE_PULSE_MAX_MS).default(5_000),
  SIAGA_HELD_OPEN_MS: milliseconds.min(1_000).max(3_600_000).default(30_000),
  /** Says in the door's state that sensor or GPIO are simulated; implied by SIAGA_GPIO=simulated. */
  SIAGA_SIMULATED_HARDWARE: flag.default(false),
}

/** Of `enrol-main.ts`. */
export const enrolShape = {
  ...commonShape,
  SIAGA_DOOR: Id,
  SIAGA_ENROL_URL: z.url({ protocol: /^https?$/, error: 'must be the https address of the server' }),
}

export type DoorSettings = z.output<z.ZodObject<typeof doorShape>>

/** PEM, or SPKI DER in base64. */
export function parsePublicKey(text: string): KeyObject | undefined {
  try {
    if (text.includes('-----BEGIN')) return createPublicKey(text)
    return createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' })
  } catch {
    return undefined // the caller says what is expected
  }
}
