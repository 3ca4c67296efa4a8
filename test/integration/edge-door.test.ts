import { generateKeyPairSync } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { instructions } from '../../edge/fingerprint/datasheet.ts'
import {
  accessList,
  arrived,
  door,
  events,
  openConnectedDoor,
  payloads,
  siti,
  stateOf,
} from '../harness/connected-door.ts'
import { until } from '../harness/until.ts'

describe('door agent', () => {
  it('opens for the assigned finger, tells it, and locks behind the person', async () => {
    const { broker, sensor, start, assign } = await openConnectedDoor()
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
    const { broker, sensor, start, assign, server } = await openConnectedDoor()
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
    const { broker, cable, sensor, start, assign } = await openConnectedDoor()
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
    const { broker, sensor, start, assign, outboxPath } = await openConnectedDoor()
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
    const { broker, sensor, start, assign } = await openConnectedDoor()
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
    const { broker, sensor, start, assign } = await openConnectedDoor()
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
    const { broker, sensor, start, assign } = await openConnectedDoor()
    await start()
    await assign(1, siti)
    await arrived(broker, 'sensor.ready')
    await assign(2)
    expect(await arrived(broker, 'template.deleted')).toMatchObject({ person: 'p-siti' })
    expect(sensor.simulator.library.size).toBe(0)
    await until('nothing pending', () => stateOf(broker).pendingDeletions.length === 0)
  })
})
