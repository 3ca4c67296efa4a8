/** Command line of `npm start`. */
import { parseArgs } from 'node:util'

export interface DemoArguments {
  /** The Vite server stands in front, with hot reload. */
  readonly dev: boolean
  readonly help: boolean
}

export class ArgumentError extends Error {}

export const usage = `npm start            runs everything: broker, server, wall, three doors and the applications of the OPD
npm run dev          the same with hot reload of the web

Environment: SIAGA_DATA_DIR (./data/demo), SIAGA_HTTP_HOST, SIAGA_HTTP_PORT (127.0.0.1, 8080),
SIAGA_MQTT_HOST, SIAGA_MQTT_PORT (127.0.0.1, 1883), and whatever broker and server take.`

/** @throws ArgumentError that names the argument */
export function parseArguments(args: readonly string[]): DemoArguments {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { dev: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
    })
    return values
  } catch (error) {
    throw new ArgumentError(`${(error as Error).message}\n\n${usage}`)
  }
}
