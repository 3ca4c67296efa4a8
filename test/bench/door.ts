/** A door agent as in operation, on the simulated sensor and GPIO of the demonstration. */
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { openCredentials } from '../../broker/identity/credentials.ts'
import { openDoorBench } from '../../scripts/demo/door-bench.ts'
import { gpioSocketPath } from '../../scripts/demo/gpio-bench.ts'
import { loadSigningKey } from '../../server/access/signing-key.ts'
import { openRegistry } from '../../server/registry/registry.ts'
import { endProcess } from './child.ts'
import { startNode } from './node-process.ts'
import type { Stack } from './stack.ts'

const DOOR = 'bench-door'

export interface DoorAgent extends AsyncDisposable {
  readonly pid: number
  [Symbol.asyncDispose](): Promise<void>
}

export function startDoorAgent({ dataDir, mqttUrl }: Stack): DoorAgent {
  const socketPath = gpioSocketPath(dataDir, DOOR)
  mkdirSync(dirname(socketPath), { recursive: true })
  const bench = openDoorBench({
    door: { id: DOOR, name: 'Pintu uji', assigned: [] },
    gpioSocketPath: socketPath,
    flashPath: join(dataDir, 'simulated-sensor.json'),
  })
  const child = startNode(['edge/door-main.ts'], {
    SIAGA_DATA_DIR: dataDir,
    SIAGA_DOOR: DOOR,
    SIAGA_SENSOR: bench.sensorPath,
    SIAGA_GPIO: 'simulated',
    SIAGA_GPIO_SIMULATED_SOCKET: socketPath,
    SIAGA_GPIO_TOUCH: '24!',
    SIAGA_MQTT_URL: mqttUrl,
    ...loginOf(dataDir),
    SIAGA_COMMAND_KEY: loadSigningKey(dataDir).publicKeyPem,
  })
  child.stderr?.resume()
  return {
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      await endProcess(child)
      bench.close()
    },
  }
}

function loginOf(dataDir: string) {
  const registry = openRegistry(dataDir)
  registry.devices.add('door', DOOR, 'Pintu uji')
  registry.close()
  const credentials = openCredentials(dataDir)
  const { username, password } = credentials.issue({ role: 'door', id: DOOR })
  credentials.close()
  return { SIAGA_MQTT_USERNAME: username, SIAGA_MQTT_PASSWORD: password }
}
