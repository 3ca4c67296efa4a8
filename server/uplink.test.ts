import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { Aedes } from 'aedes'
import { expect, it, onTestFinished, vi } from 'vitest'
import { topicName } from '#contract/topics.ts'
import { silentLog } from '#runtime/log.ts'
import { openUplink } from './uplink.ts'

it('what was not acknowledged is not sent again on the next connection', async () => {
  const heard: string[] = []
  const aedes = await Aedes.createBroker({
    // Never answers, so no PUBACK: as a broker whose disk stands still.
    authorizePublish: (_client, packet) => {
      heard.push(String(packet.payload))
    },
  })
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    aedes.handle(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    aedes.close()
  })
  const onConnect = vi.fn()
  const url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`
  const uplink = openUplink({ url, username: 'server:a', password: 'x', log: silentLog, onConnect })
  onTestFinished(() => uplink.close())
  await expect.poll(() => uplink.isConnected()).toBe(true)

  const first = uplink.publish(topicName('heartbeat', { app: 'simrs' }), 'before')
  const refused = expect(first).rejects.toThrow('Connection closed')
  await expect.poll(() => heard).toEqual(['before'])
  for (const socket of sockets) socket.destroy()
  await expect.poll(() => onConnect.mock.calls.length, { timeout: 5_000 }).toBe(2)
  uplink.publish(topicName('heartbeat', { app: 'simrs' }), 'after').catch(() => {
    // Never acknowledged either: the end of the test closes its connection.
  })
  await expect.poll(() => heard.length).toBe(2)
  expect(heard).toEqual(['before', 'after'])
  await refused
})
