/** The real processes the demonstration runs, with their settings. Pure. */
import type { Address } from './addresses.ts'
import type { ChildPlan } from './supervise.ts'

export interface ChildFacts {
  readonly dataDirectory: string
  readonly http: Address
  readonly mqtt: Address
  readonly simulatorUrl: string
  readonly doors: readonly DoorFacts[]
  /** Further settings of the server alone. */
  readonly server: Readonly<Record<string, string>>
}

interface DoorFacts {
  readonly id: string
  readonly sensorPath: string
  readonly gpioSocketPath: string
  readonly username: string
  readonly password: string
  /** Public key of the server's commands. */
  readonly commandKey: string
}

/** In the order they start; they close in the reverse order. */
export function planChildren({ dataDirectory, http, mqtt, simulatorUrl, doors, server }: ChildFacts): ChildPlan[] {
  const common = { SIAGA_DATA_DIR: dataDirectory, SIAGA_DEMO: '1', SIAGA_MQTT_URL: mqtt.url }
  return [
    {
      name: 'broker',
      args: ['broker/main.ts'],
      env: { ...common, SIAGA_MQTT_HOST: mqtt.host, SIAGA_MQTT_PORT: String(mqtt.port) },
    },
    {
      name: 'server',
      args: ['server/main.ts'],
      env: {
        ...common,
        SIAGA_HTTP_HOST: http.host,
        SIAGA_HTTP_PORT: String(http.port),
        SIAGA_SIMULATOR_URL: simulatorUrl,
        ...server,
      },
    },
    ...doors.map((door) => ({
      name: `door-${door.id}`,
      args: ['edge/door-main.ts'],
      env: {
        ...common,
        SIAGA_DOOR: door.id,
        SIAGA_SENSOR: door.sensorPath,
        SIAGA_GPIO: 'simulated',
        SIAGA_GPIO_SIMULATED_SOCKET: door.gpioSocketPath,
        SIAGA_GPIO_TOUCH: '24!',
        SIAGA_MQTT_USERNAME: door.username,
        SIAGA_MQTT_PASSWORD: door.password,
        SIAGA_COMMAND_KEY: door.commandKey,
        // The server's own may be given as a file, and a file would win.
        SIAGA_COMMAND_KEY_FILE: '',
      },
    })),
  ]
}
