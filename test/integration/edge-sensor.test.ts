import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import { systemClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import { openPty } from '../../edge/fingerprint/pty.ts'
import { createSensor } from '../../edge/fingerprint/sensor.ts'
import { openSerialPort } from '../../edge/fingerprint/serial-port.ts'
import { createSensorSimulator } from '../../edge/fingerprint/simulator.ts'

async function openBench() {
  const pty = openPty()
  onTestFinished(() => pty.close())
  const simulator = createSensorSimulator(pty.stream, { library: [[199, 'siti']] })
  const connect = async () => {
    const port = await openSerialPort(pty.path, 57_600)
    const sensor = createSensor(port, { clock: systemClock, log: silentLog, address: 0xffff_ffff, password: 0 })
    return { port, sensor }
  }
  return { pty, simulator, connect }
}

describe('sensor over a serial port', () => {
  it('answers without waiting for a timer, again after the port was closed and opened', async () => {
    const { connect } = await openBench()
    for (let round = 0; round < 3; round += 1) {
      const { port, sensor } = await connect()
      const startedMs = systemClock.monoMs()
      await sensor.verifyPassword(0)
      expect(await sensor.readIndex(200)).toEqual(new Set([199]))
      // Each answer would take the command's time-out of a second if received bytes waited for a timer.
      expect(systemClock.monoMs() - startedMs).toBeLessThan(900)
      sensor.close()
      await once(port, 'close')
    }
  })

  it('passes every byte unchanged in both directions', async () => {
    const { pty, simulator, connect } = await openBench()
    simulator.close()
    const { port } = await connect()
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte)
    const read = async (stream: typeof port) => {
      const bytes: number[] = []
      for (let size = 0; size < 256; size = bytes.length) bytes.push(...(await once(stream, 'data'))[0])
      return Uint8Array.from(bytes.slice(-256))
    }
    const atModule = read(pty.stream)
    port.write(all)
    expect(await atModule).toEqual(all)
    const atAgent = read(port)
    pty.stream.write(all)
    expect(await atAgent).toEqual(all)
    port.destroy()
  })

  it('closes when the device vanishes', async () => {
    const { pty, connect } = await openBench()
    const { port, sensor } = await connect()
    await sensor.handshake()
    const closed = new Promise((resolve) => port.once('close', resolve))
    pty.close()
    await expect(sensor.handshake()).rejects.toMatchObject({ cause: 'closed' })
    await closed
  })

  it('says which port cannot be opened', async () => {
    await expect(openSerialPort('/dev/does-not-exist', 57_600)).rejects.toThrow('/dev/does-not-exist')
  })
})
