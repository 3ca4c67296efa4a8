import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { expect, it } from 'vitest'
import { choosePort, isPortFree, PortTakenError } from './ports.ts'

const wish = { variable: 'SIAGA_HTTP_PORT', explicit: undefined, preferred: 8080 }
const takenExcept = (free: number) => async (port: number) => port === free

it('takes the default when it is free', async () => {
  await expect(choosePort(wish, async () => true)).resolves.toBe(8080)
})

it('moves a default that is taken to the next free port', async () => {
  await expect(choosePort(wish, takenExcept(8083))).resolves.toBe(8083)
})

it('never moves a port that was given', async () => {
  await expect(choosePort({ ...wish, explicit: 9000 }, takenExcept(9001))).rejects.toThrow(
    /SIAGA_HTTP_PORT=9000 is in use/,
  )
  await expect(choosePort({ ...wish, explicit: 9000 }, takenExcept(9000))).resolves.toBe(9000)
})

it('gives up after a bounded number, and never leaves the range of ports', async () => {
  await expect(choosePort(wish, async () => false)).rejects.toThrow(PortTakenError)
  await expect(choosePort({ ...wish, preferred: 65_530 }, async () => false)).rejects.toThrow(/65530 to 65535/)
})

it('knows a port that is in use', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await expect(isPortFree('127.0.0.1', port)).resolves.toBe(false)
  server.close()
  await once(server, 'close')
  await expect(isPortFree('127.0.0.1', port)).resolves.toBe(true)
})
