/** The door's disk is full: a real file system without a free block (tmpfs), which only root can mount. */
import { execFileSync } from 'node:child_process'
import { generateKeyPairSync, sign } from 'node:crypto'
import { statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { systemClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { readSettings } from '#runtime/settings.ts'
import { startDoor } from '../../edge/app.ts'
import { createAccessStore } from '../../edge/door/access-store.ts'
import { openDoorStore } from '../../edge/door/door-store.ts'
import { createSlots } from '../../edge/door/slots.ts'
import { doorDirectory } from '../../edge/door-directory.ts'
import { openPty } from '../../edge/fingerprint/pty.ts'
import { createSensorSimulator } from '../../edge/fingerprint/simulator.ts'
import { openOutbox } from '../../edge/outbox/outbox.ts'
import { openReserve } from '../../edge/outbox/reserve.ts'
import { doorShape } from '../../edge/settings.ts'
import { temporaryDirectory } from '../harness/temporary.ts'
import { until } from '../harness/until.ts'

const door = 'ruang-server'
const keys = generateKeyPairSync('ed25519')
// In CI a skip is a failure: there the mount says what is missing.
const canMount = process.getuid?.() === 0 || process.env['CI'] !== undefined
if (!canMount) process.stderr.write('SKIPPED: a full disk needs a file system of its own, which only root can mount\n')

function signedList(version: number) {
  const body = JSON.stringify({ door, version, issuedAt: 1, people: [{ person: 'p-siti', from: 0, until: null }] })
  return { body, signature: sign(null, Buffer.from(body), keys.privateKey).toString('base64') }
}

function openDisk() {
  const path = temporaryDirectory()
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'none', path])
  onTestFinished(() => void execFileSync('umount', ['--lazy', path]))
  const fill = () => {
    const { bavail, bsize } = statfsSync(path)
    writeFileSync(join(path, 'filler'), Buffer.alloc(bavail * bsize))
    expect(statfsSync(path).bavail).toBe(0)
  }
  return { path, fill }
}

it.skipIf(!canMount)('records 1,000 more decisions, then refuses', () => {
  const disk = openDisk()
  const reserve = openReserve(join(disk.path, 'reserve'))
  const makeRoom = reserve.release
  const store = openDoorStore(join(disk.path, 'door.db'), makeRoom)
  const outbox = openOutbox({
    ...{ path: join(disk.path, 'outbox.db'), boot: 'b', clock: systemClock, clockState: () => 'synced', makeRoom },
  })
  disk.fill()
  const decide = (index: number) => {
    store.remember('policy', { index, padding: 'p'.repeat(1_000) })
    for (const kind of ['granted', 'opened', 'closed', 'locked'])
      outbox.append({ kind, person: 'asn-0001', score: 161 })
  }
  let decisions = 0
  const fillUp = () => {
    for (;;) {
      decide(decisions)
      decisions += 1
    }
  }
  expect(fillUp).toThrow(/full/)
  expect(decisions).toBeGreaterThan(1_000)
  expect(reserve.held).toBe(false)
  // What is on the disk is whole, and goes on as soon as there is room.
  expect(outbox.readFrom(1, outbox.lastSeq)).toHaveLength(outbox.lastSeq)
  writeFileSync(join(disk.path, 'filler'), '')
  decide(0)
  expect(reserve.restore()).toBe(true)
  outbox.close()
  store.close()
})

it.skipIf(!canMount)('connects, sends and takes access lists', () => {
  const disk = openDisk()
  const store = openDoorStore(join(disk.path, 'door.db'))
  const outbox = openOutbox({
    ...{ path: join(disk.path, 'outbox.db'), boot: 'b', clock: systemClock, clockState: () => 'synced' },
  })
  const access = createAccessStore({ store, door, commandKey: keys.publicKey, log: silentLog })
  outbox.append({ kind: 'opened' })
  disk.fill()
  expect(() => {
    for (;;) outbox.append({ kind: 'opened' })
  }).toThrow(/full/)
  for (let count = 1; count <= 100; count += 1) expect(outbox.nextConnection()).toBe(count)
  outbox.acknowledge({ journal: outbox.journal, seq: outbox.lastSeq })
  expect(outbox.acknowledgedSeq).toBe(outbox.lastSeq)
  for (let version = 1; version <= 100; version += 1) access.offer(signedList(version))
  expect(access.current()).toMatchObject({ version: 100, people: [{ person: 'p-siti' }] })
  outbox.close()
  store.close()
})

it.skipIf(!canMount)('opens for the assigned finger, with an alarm', async () => {
  const disk = openDisk()
  const directory = doorDirectory(disk.path, door)
  const store = openDoorStore(join(directory, 'door.db'))
  createSlots(store).assign({ slot: 5, person: 'p-siti', finger: 'kanan-telunjuk' })
  createAccessStore({ store, door, commandKey: keys.publicKey, log: silentLog }).offer(signedList(1))
  store.close()
  const pty = openPty()
  const simulator = createSensorSimulator(pty.stream, { library: [[5, 'siti']] })
  onTestFinished(() => pty.close())
  const settings = readSettings(doorShape, {
    SIAGA_DATA_DIR: disk.path,
    SIAGA_DOOR: door,
    SIAGA_SENSOR: pty.path,
    SIAGA_GPIO: 'simulated',
    SIAGA_MQTT_URL: 'mqtt://127.0.0.1:9',
    SIAGA_COMMAND_KEY: keys.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  })
  const agent = await startDoor(settings, { log: silentLog, random: () => 0 })
  const kinds = () => {
    const outbox = openOutbox({
      ...{ path: join(directory, 'outbox.db'), boot: 'b', clock: systemClock, clockState: () => 'unset' },
    })
    const records = outbox.readFrom(1, 100).map(({ text }) => JSON.parse(text))
    outbox.close()
    return records.map(({ kind, alarm }) => (alarm === undefined ? kind : `${kind} ${alarm}`))
  }
  await until('the sensor', () => kinds().includes('sensor.ready'))
  disk.fill()
  simulator.press('siti')
  await until('the alarm', () => kinds().includes('alarm.raised disk-full'))
  expect(kinds().slice(2, 4)).toEqual(['granted', 'alarm.raised disk-full'])
  await agent.close()
})
