/** A TCP relay before the broker that keeps every byte of both directions: what crosses MQTT, whatever the topic. */
import { once } from 'node:events'
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export interface WireTap {
  readonly url: string
  /** All bytes so far as Latin-1, each direction of each connection in one piece: nothing is split where a packet was. */
  text(): string
}

/** A test that fills this has gone wrong. */
const BYTES_MAX = 64 * 1024 * 1024

export async function openWireTap(brokerPort: number): Promise<WireTap> {
  const ends = new Set<Socket>()
  const streams: Buffer[][] = []
  let bytes = 0
  const relay = (from: Socket, to: Socket) => {
    const kept: Buffer[] = []
    streams.push(kept)
    ends.add(from)
    from.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > BYTES_MAX) throw new Error(`more than ${BYTES_MAX} bytes crossed the wire`)
      kept.push(chunk)
      to.write(chunk)
    })
    from.on('error', () => from.destroy())
    from.on('close', () => {
      ends.delete(from)
      to.destroy()
    })
  }
  const server = createServer((near) => {
    const far = createConnection(brokerPort, '127.0.0.1')
    relay(near, far)
    relay(far, near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const end of ends) end.destroy()
    server.close()
  })
  return {
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    text: () => streams.map((kept) => Buffer.concat(kept).toString('latin1')).join('\n'),
  }
}
