import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { systemClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { isPaired, pair, SECRET_BYTES } from './pairing.ts'
import { createSensor } from './sensor.ts'
import { openSerialPort } from './serial-port.ts'
import { openSimulatedSensor } from './simulated-sensor.ts'

it('finds its library and its notepad again after a restart', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'siaga-flash-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const flashPath = join(directory, 'flash.json')
  const secret = new Uint8Array(SECRET_BYTES).fill(7)
  const open = async () => {
    const simulated = openSimulatedSensor(flashPath, { library: [[1, 'siti']] })
    const port = await openSerialPort(simulated.path, 57_600)
    const sensor = createSensor(port, { clock: systemClock, log: silentLog, address: 0xffff_ffff, password: 0 })
    const close = () => {
      sensor.close()
      simulated.close()
    }
    onTestFinished(close)
    return { sensor, close }
  }
  const first = await open()
  expect(await pair(first.sensor, secret)).toBe(true)
  await first.sensor.send('deleteTemplates', { slot: 1, count: 1 })
  first.close()

  const second = await open()
  expect(await isPaired(second.sensor, secret)).toBe(true)
  expect(await second.sensor.readIndex(200)).toEqual(new Set())
})
