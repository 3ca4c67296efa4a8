/** The cable between a client and a broker: a TCP relay that can be cut and mended. */
import { once } from 'node:events'
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export async function openCable(brokerPort: number) {
  const ends = new Set<Socket>()
  let cut = false
  let port = brokerPort
  const server = createServer((near) => {
    const far = createConnection(port, '127.0.0.1')
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(from)
      from.on('data', (bytes) => to.write(bytes))
      from.on('error', () => from.destroy())
      from.on('close', () => to.destroy())
    }
    if (cut) near.destroy()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const drop = () => {
    for (const end of ends) end.destroy()
    ends.clear()
  }
  onTestFinished(() => {
    drop()
    server.close()
  })
  return {
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: () => {
      cut = true
      drop()
    },
    /** To the same broker, or to the one that took its place. */
    mend: (otherPort = port) => {
      port = otherPort
      cut = false
    },
  }
}
