/** Thousands of TCP connections of one address that send nothing, as somebody opens who wants to keep others out. */
import { connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** Below what the kernel lets wait to be accepted. */
const AT_ONCE = 500

export interface SilentCrowd {
  /** Connections the other side has not ended. */
  open(): number
}

/** @param address of the many that loopback has, so that it is another than a client's beside it */
export async function openSilently(port: number, count: number, address = '127.0.0.2'): Promise<SilentCrowd> {
  const sockets: Socket[] = []
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
  })
  while (sockets.length < count) {
    const next = Array.from({ length: Math.min(AT_ONCE, count - sockets.length) }, () =>
      connect({ port, host: '127.0.0.1', localAddress: address }),
    )
    sockets.push(...next)
    await Promise.all(next.map(settled))
  }
  return { open: () => sockets.filter((socket) => !socket.destroyed).length }
}

/** Connected or ended. */
function settled(socket: Socket): Promise<void> {
  socket.resume()
  return new Promise((resolve) => {
    socket.once('connect', resolve)
    socket.once('close', () => resolve())
    socket.on('error', () => undefined)
  })
}
