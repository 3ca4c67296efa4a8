import { generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import { rmSync, symlinkSync } from 'node:fs'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { AgentRecord } from '#contract/record.ts'
import { silentLog } from '#runtime/log.ts'
import { readSettings } from '#runtime/settings.ts'
import { startDoor } from '../../edge/app.ts'
import { openDoorStore } from '../../edge/door/door-store.ts'
import { createSlots } from '../../edge/door/slots.ts'
import { doorDirectory } from '../../edge/door-directory.ts'
import { instructions } from '../../edge/fingerprint/datasheet.ts'
import { openPty } from '../../edge/fingerprint/pty.ts'
import { createSensorSimulator, type SimulatorOptions } from '../../edge/fingerprint/simulator.ts'
import { doorShape } from '../../edge/settings.ts'
import { startTestBroker, type TestBroker } from '../harness/broker.ts'
import { openCable } from '../harness/cable.ts'
import { temporaryDirectory } from '../harness/temporary.ts'
import { until } from '../harness/until.ts'

const door = 'ruang-komando'
const keys = generateKeyPairSync('ed25519')
const library = [[5, 'template-of-siti']] as const
const siti = { person: 'p-siti', from: 0, until: null }

function accessList(version: number, people: object[], key = keys.privateKey) {
  const body = JSON.stringify({ door, version, issuedAt: 1, people })
  return JSON.stringify({ body, signature: sign(null, Buffer.from(body), key).toString('base64') })
}

/** The far end of the simulated lines: sees the strike, moves the door. */
async function openLines(path: string) {
  const socket = createConnection(path)
  await once(socket, 'connect')
  const strikes: number[] = []
  createInterface({ input: socket }).on('line', (line) => strikes.push(JSON.parse(line).level))
  onTestFinished(() => void socket.destroy())
  return { strikes, drive: (line: string, level: number) => void socket.write(`${JSON.stringify({ line, level })}\n`) }
}

/** A sensor whose cable can be pulled and put back: the path is a link to the pseudo-terminal of the moment. */
function openSensor(path: string) {
  const plug = (flash: Pick<SimulatorOptions, 'library' | 'notepad'>) => {
    const pty = openPty()
    rmSync(path, { force: true })
    symlinkSync(pty.path, path)
    return { pty, simulator: createSensorSimulator(pty.stream, flash) }
  }
  let current = plug({ library })
  const pull = () => {
    current.simulator.close()
    current.pty.close()
  }
  onTestFinished(pull)
  const looks = () => current.simulator.received.filter((each) => each === instructions.captureImage).length
  return {
    get simulator() {
      return current.simulator
    },
    /** Takes the finger away and waits until the agent has seen that. */
    lift: async () => {
      const before = looks()
      current.simulator.lift()
      await until('a look at the empty glass', () => looks() >= before + 2)
    },
    pull,
    /** The same sensor, or one with another flash. */
    plug: (flash: Pick<SimulatorOptions, 'library' | 'notepad'> = current.simulator) => {
      current = plug(flash)
    },
  }
}

async function openBench() {
  const broker = await startTestBroker()
  const cable = await openCable(broker.port)
  const dataDir = temporaryDirectory()
  const directory = doorDirectory(dataDir, door)
  const store = openDoorStore(join(directory, 'door.db'))
  createSlots(store).assign({ slot: 5, person: 'p-siti', finger: 'kanan-telunjuk' })
  store.close()
  const sensor = openSensor(join(dataDir, 'sensor'))
  const { username, password } = broker.credentials.issue({ role: 'door', id: door })
  const settings = readSettings(doorShape, {
    SIAGA_DATA_DIR: dataDir,
    SIAGA_DOOR: door,
    SIAGA_SENSOR: join(dataDir, 'sensor'),
    SIAGA_GPIO: 'simulated',
    SIAGA_GPIO_SIMULATED_SOCKET: join(dataDir, 'gpio.sock'),
    SIAGA_MQTT_URL: cable.url,
    SIAGA_MQTT_USERNAME: username,
    SIAGA_MQTT_PASSWORD: password,
    SIAGA_COMMAND_KEY: keys.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  })
  const start = async () => {
    const agent = await startDoor(settings, { log: silentLog, random: () => 0 })
    let open = true
    const close = async () => {
      if (open) await agent.close()
      open = false
    }
    onTestFinished(close)
    return { close, lines: await openLines(join(dataDir, 'gpio.sock')) }
  }
  const server = await broker.connect({ role: 'server', id: 'main' })
  const assign = async (version: number, ...people: object[]) => {
    await server.publishAsync(`siaga/v1/doors/${door}/access`, accessList(version, people), { qos: 1, retain: true })
    await until(`access list ${version}`, () => stateOf(broker)?.accessVersion === version)
  }
  return { broker, cable, sensor, start, server, assign, outboxPath: join(directory, 'outbox.db') }
}

const payloads = (broker: TestBroker, channel: string) =>
  broker.rows().flatMap((row) => (row.channel === channel ? [JSON.parse(row.payload)] : []))
const events = (broker: TestBroker): AgentRecord[] => payloads(broker, 'doorEvents')
const stateOf = (broker: TestBroker) => payloads(broker, 'doorState').at(-1)
const arrived = (broker: TestBroker, kind: string, count = 1) =>
  until(`${count} × ${kind}`, () => events(broker).filter((event) => event.kind === kind)[count - 1])

describe('door agent', () => {
  it('opens for the assigned finger, tells it, and locks behind the person', async () => {
    const { broker, sensor, start, assign } = await openBench()
    const { lines, close } = await start()
    await assign(1, siti)
    await arrived(broker, 'sensor.ready')
    sensor.simulator.press('template-of-siti')
    const granted = await arrived(broker, 'granted')
    expect(granted).toMatchObject({ person: 'p-siti', score: 161, seq: 3 })
    expect(granted['decisionMs']).toBeLessThan(1_000)
    expect(lines.strikes).toEqual([0, 1])
    await until('unlocked', () => stateOf(broker).lock === 'unlocked')
    await sensor.lift()
    lines.drive('contact', 1)
    lines.drive('contact', 0)
    await arrived(broker, 'locked')
    expect(lines.strikes).toEqual([0, 1, 0])
    expect(events(broker).map(({ kind }) => kind)).toEqual([
      ...['started', 'sensor.ready', 'granted', 'opened', 'closed', 'locked'],
    ])
    await until('all told', () => stateOf(broker).outboxDepth === 0 && stateOf(broker).lock === 'locked')
    expect(stateOf(broker)).toMatchObject({ lock: 'locked', contact: 'closed', alarms: [], simulated: true })
    await close()
    expect(payloads(broker, 'doorStatus')).toMatchObject([{ online: true }, { online: false }])
    const everything = JSON.stringify(broker.rows())
    for (const secret of ['template-of', 'slot', 'kanan-telunjuk']) expect(everything).not.toContain(secret)
  })

  it('stays shut for everybody else, and says why', async () => {
    const { broker, sensor, start, assign, server } = await openBench()
    const { lines } = await start()
    const touch = async (finger: string, count: number) => {
      sensor.simulator.press(finger)
      const denied = await arrived(broker, 'denied', count)
      await sensor.lift()
      return denied
    }
    await arrived(broker, 'sensor.ready')
    expect(await touch('template-of-siti', 1)).toMatchObject({ reason: 'no-list', person: 'p-siti' })
    await assign(4, { ...siti, until: 1 })
    expect(await touch('template-of-nobody', 2)).toMatchObject({ reason: 'not-found' })
    expect(await touch('template-of-siti', 3)).toMatchObject({ reason: 'expired', person: 'p-siti' })
    const topic = `siaga/v1/doors/${door}/access`
    const forged = accessList(9, [siti], generateKeyPairSync('ed25519').privateKey)
    for (const wrong of [forged, accessList(3, [siti]), '{"body":1}', 'x', '']) {
      await server.publishAsync(topic, wrong, { qos: 1 })
    }
    expect(await touch('template-of-siti', 4)).toMatchObject({ reason: 'expired' })
    expect(stateOf(broker).accessVersion).toBe(4)
    expect(lines.strikes).toEqual([0])
  })

  it('decides with the broker away, and tells everything in order exactly once', async () => {
    const { broker, cable, sensor, start, assign } = await openBench()
    const first = await start()
    await assign(1, siti)
    await arrived(broker, 'sensor.ready')
    cable.cut()
    await until('the will', () => payloads(broker, 'doorStatus').at(-1).online === false)
    for (let count = 0; count < 50; count += 1) {
      first.lines.drive('contact', 1)
      first.lines.drive('contact', 0)
    }
    sensor.simulator.press('template-of-siti')
    await until('the strike', () => first.lines.strikes.at(-1) === 1)
    await sensor.lift()
    const before = events(broker).length
    await first.close()
    await until('the strike to lock', () => first.lines.strikes.at(-1) === 0)
    const second = await start()
    second.lines.drive('exit', 1)
    cable.mend()
    await arrived(broker, 'exit')
    const all = events(broker)
    expect(all.length).toBeGreaterThan(before + 200)
    expect(all.map(({ seq }) => seq)).toEqual(all.map((_, index) => index + 1))
    expect(all.every((event, index) => index === 0 || event.prev === all[index - 1]?.hash)).toBe(true)
    expect(broker.rows().some(({ fork }) => fork)).toBe(false)
    const statuses = payloads(broker, 'doorStatus')
    expect(statuses.at(-1)).toMatchObject({ online: true })
    expect(statuses.at(-1).connection).toBeGreaterThan(statuses[0].connection)
    await until('all acknowledged', () => stateOf(broker).outboxDepth === 0)
  })

  it('denies what it cannot record', async () => {
    const { broker, sensor, start, assign, outboxPath } = await openBench()
    const { lines } = await start()
    await assign(1, siti)
    await arrived(broker, 'sensor.ready')
    const disk = new DatabaseSync(outboxPath)
    disk.exec(`CREATE TRIGGER full BEFORE INSERT ON records BEGIN SELECT RAISE(ABORT, 'disk is full'); END`)
    sensor.simulator.press('template-of-siti')
    await until('the red light', () => {
      const { received } = sensor.simulator
      return (
        received.lastIndexOf(instructions.setLed) > received.indexOf(instructions.search) &&
        received.includes(instructions.search)
      )
    })
    expect(lines.strikes).toEqual([0])
    disk.exec('DROP TRIGGER full')
    disk.close()
    await sensor.lift()
    sensor.simulator.press('template-of-siti')
    await arrived(broker, 'granted')
    expect(lines.strikes).toEqual([0, 1])
  })

  it('outlives its sensor: raises the alarm, and ends it when the cable is back', async () => {
    const { broker, sensor, start, assign } = await openBench()
    await start()
    await assign(1, siti)
    await arrived(broker, 'sensor.ready')
    sensor.pull()
    await arrived(broker, 'sensor.lost')
    await until('the alarm', () => stateOf(broker).alarms.includes('sensor-lost'))
    sensor.plug()
    await arrived(broker, 'sensor.ready', 2)
    expect(await arrived(broker, 'alarm.cleared')).toMatchObject({ alarm: 'sensor-lost' })
    sensor.simulator.press('template-of-siti')
    await arrived(broker, 'granted')
    await until('ready', () => stateOf(broker).sensor === 'ready' && stateOf(broker).alarms.length === 0)
  })

  it('opens for nobody at a sensor that was swapped', async () => {
    const { broker, sensor, start, assign } = await openBench()
    const { lines } = await start()
    await assign(1, siti)
    await arrived(broker, 'sensor.ready')
    sensor.pull()
    await arrived(broker, 'sensor.lost')
    sensor.plug({ library: [[5, 'template-of-a-burglar']] })
    expect(await arrived(broker, 'alarm.raised')).toMatchObject({ alarm: 'sensor-swapped' })
    await arrived(broker, 'sensor.ready', 2)
    sensor.simulator.press('template-of-a-burglar')
    expect(await arrived(broker, 'denied')).not.toHaveProperty('person')
    await until('the alarm', () => stateOf(broker).alarms.includes('sensor-swapped'))
    expect(lines.strikes).toEqual([0])
  })

  it('deletes the template of who is not on the list any more', async () => {
    const { broker, sensor, start, assign } = await openBench()
    await start()
    await assign(1, siti)
    await arrived(broker, 'sensor.ready')
    await assign(2)
    expect(await arrived(broker, 'template.deleted')).toMatchObject({ person: 'p-siti' })
    expect(sensor.simulator.library.size).toBe(0)
    await until('nothing pending', () => stateOf(broker).pendingDeletions.length === 0)
  })
})
