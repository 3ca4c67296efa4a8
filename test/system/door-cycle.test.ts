/**
 * One visit, from the touch to the wall, on what a door is made of: sensor bytes over a serial port, the kernel's GPIO
 * files through onoff, an active-low relay, a contact that bounces; broker, server, InfluxDB and browser are real.
 */
import { expect, onTestFinished, test } from 'vitest'
import { AgentRecord } from '#contract/record.ts'
import { openWall, startBrowser } from '../harness/browser.ts'
import { doorReady, startDoor } from '../harness/door.ts'
import { openFuseGpio } from '../harness/fuse-gpio/bench.ts'
import { describeWithGpio } from '../harness/fuse-gpio/describe.ts'
import { startInflux } from '../harness/influxd.ts'
import { admin, startSiaga } from '../harness/siaga.ts'
import { until } from '../harness/until.ts'

const door = 'komando'
const dayang = { slot: 7, person: 'p-0007', finger: 'dayang-kanan-telunjuk' }
const pins = { strike: 17, contact: 27 } as const
const visit = ['granted', 'opened', 'closed', 'locked'] as const
const words = ['Akses diberikan', 'Pintu terbuka', 'Pintu tertutup', 'Terkunci'] as const
const WAIT_MS = 30_000

async function openHardware() {
  const gpio = await openFuseGpio({ pulledUp: [pins.strike, pins.contact] })
  onTestFinished(() => gpio[Symbol.asyncDispose]())
  gpio.drive(pins.contact, 0)
  const settings = {
    SIAGA_GPIO: 'onoff',
    SIAGA_GPIO_STRIKE: `${pins.strike}!`,
    SIAGA_GPIO_CONTACT: `${pins.contact}`,
    SIAGA_SIMULATED_HARDWARE: '1',
    SIAGA_STRIKE_PULSE_MS: '10000',
  }
  return { gpio, lines: { within: gpio.enter, settings } }
}

describeWithGpio('one visit', () => {
  test('touch, granted, relay on, open, closed, locked: in journal, InfluxDB and browser', async () => {
    const browser = await startBrowser()
    const influx = await startInflux()
    const siaga = await startSiaga({ serverEnv: () => ({ SIAGA_INFLUX_URL: influx.url }) })
    const { gpio, lines } = await openHardware()
    const { sensor, lift } = await startDoor(siaga, { id: door, fingers: [dayang], lines })
    admin(siaga.dataDir, 'person', 'add', dayang.person, '--name', 'Dayang Suryani')
    admin(siaga.dataDir, 'assign', dayang.person, door)
    await doorReady(siaga, door, dayang.person)
    const wall = await openWall(browser, siaga.httpUrl)
    const isReleased = () => gpio.voltage(pins.strike) === 0
    const told = () => siaga.rows('doorEvents').map(({ payload }) => AgentRecord.parse(JSON.parse(payload)))
    const kinds = () => told().map(({ kind }) => kind)

    expect(isReleased()).toBe(false)
    sensor.press(dayang.finger)
    await until('the relay', isReleased, WAIT_MS)
    await lift()
    gpio.drive(pins.contact, 1, 0, 1, 0, 1)
    await until('the door open', () => kinds().includes('opened'), WAIT_MS)
    gpio.drive(pins.contact, 0, 1, 0)
    await until('the door locked', () => kinds().includes('locked') && !isReleased(), WAIT_MS)

    await until('the visit on the wall', () => words.every((each) => wall.shows('door', door).includes(each)), WAIT_MS)
    const counted = async (kind: string) =>
      Number((await influx.query(`SELECT count("count") FROM "door" WHERE "kind" = '${kind}'`))[0]?.[1] ?? 0)
    for (const kind of visit) await until(`one ${kind} in InfluxDB`, async () => (await counted(kind)) === 1, WAIT_MS)
    expect(kinds().filter((kind) => visit.some((each) => each === kind))).toEqual(visit)
    expect(told().find(({ kind }) => kind === 'granted')).toMatchObject({ person: dayang.person })
    const strike = gpio.changes.filter(({ bcm }) => bcm === pins.strike).map(({ voltage }) => voltage)
    expect(strike).toEqual([0, 1])
  })
}, ['influxdb', 'chromium'])
