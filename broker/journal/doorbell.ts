/**
 * A Unix socket on which the writer rings after each commit: one byte, no content. Whoever tails the journal wakes at
 * once instead of polling; a missed ring costs at most one poll interval.
 */
import { rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'

/** Tails of one host; more would be a mistake. */
const LISTENERS_MAX = 16
const RECONNECT_MS = 200

export interface Doorbell {
  ring(): void
  close(): Promise<void>
}

export async function startDoorbell(path: string): Promise<Doorbell> {
  rmSync(path, { force: true }) // left by a killed writer; the journal's lock file keeps writers single
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
  })
  server.maxConnections = LISTENERS_MAX
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  return {
    ring() {
      // A listener that has not read the last ring needs no second one.
      for (const socket of sockets) if (socket.writableLength === 0) socket.write('\n')
    },
    close() {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

export interface DoorbellListener {
  isConnected(): boolean
  close(): void
}

/** Calls `onRing` at each ring, and once at each (re)connection; reconnects by itself. */
export function listenDoorbell(path: string, onRing: () => void): DoorbellListener {
  let socket: Socket | undefined
  let timer: NodeJS.Timeout | undefined
  let connected = false
  const open = () => {
    socket = connect(path)
    socket.on('connect', () => {
      connected = true
      onRing()
    })
    socket.on('data', onRing)
    // The close event follows every error and reconnects.
    socket.on('error', () => socket?.destroy())
    socket.on('close', () => {
      connected = false
      timer = setTimeout(open, RECONNECT_MS)
    })
  }
  open()
  return {
    isConnected: () => connected,
    close() {
      socket?.removeAllListeners('close')
      clearTimeout(timer)
      socket?.destroy()
    },
  }
}
