/** Where clients connect: TCP, TLS and WebSocket, all handing the same kind of byte stream to the same gate. */
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { createServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createServer as createTlsServer } from 'node:tls'
import { acceptWebSockets } from './websocket.ts'

const TCP_KEEPALIVE_MS = 60_000
/** Twice the largest message: one alone on a slow line must not look like a client that stopped reading. */
const STREAM_BUFFER_BYTES = 128 * 1024
/** A TLS handshake that is not done by then holds a place for nothing. */
const HANDSHAKE_TIMEOUT_MS = 10_000
/** Sockets of one endpoint, also those in a handshake: the bound on clients, and air for those that come in their place. */
const HANDSHAKES_MAX = 6_500
/** Devices that come back at once wait in the kernel instead of trying again a second later; it allows 4,096 (somaxconn). */
const BACKLOG = 4_096

export interface Certificate {
  readonly cert: string
  readonly key: string
}

export interface Endpoint {
  readonly kind: 'tcp' | 'tls' | 'websocket'
  readonly host: string
  readonly port: number
  /** Makes a WebSocket one TLS too; required for `tls`. */
  readonly certificate?: Certificate | undefined
  /** Setting that chose the port: named when the port is taken. */
  readonly setting: string
}

export interface Accepting {
  /** Before anything of it is read: false ends the socket. */
  readonly admits: (address: string) => boolean
  readonly onStream: (stream: Duplex, address: string) => void
}

export interface OpenEndpoint {
  readonly kind: Endpoint['kind']
  readonly port: number
  /** Stops accepting, and resolves when the last connection is gone. */
  close(): Promise<void>
  /** Ends what is left: those in a handshake or an upgrade are nobody's client yet. */
  abandon(): void
}

export async function openEndpoint(endpoint: Endpoint, { admits, onStream }: Accepting): Promise<OpenEndpoint> {
  const server = createFor(endpoint, onStream)
  server.maxConnections = HANDSHAKES_MAX
  const raw = new Set<Socket>()
  server.prependListener('connection', (socket: Socket) => {
    // A reset before anybody else listens must not end the process.
    socket.on('error', () => socket.destroy())
    if (!admits(addressOf(socket))) return socket.destroy()
    raw.add(socket)
    socket.once('close', () => raw.delete(socket))
    return undefined
  })
  await listen(server, endpoint)
  return {
    kind: endpoint.kind,
    port: (server.address() as { port: number }).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
    abandon() {
      for (const socket of raw) socket.destroy()
    },
  }
}

function createFor({ kind, certificate }: Endpoint, onStream: Accepting['onStream']): Server {
  const options = {
    keepAlive: true,
    keepAliveInitialDelay: TCP_KEEPALIVE_MS,
    noDelay: true,
    highWaterMark: STREAM_BUFFER_BYTES,
  }
  const secure = { ...options, ...certificate, handshakeTimeout: HANDSHAKE_TIMEOUT_MS, minVersion: 'TLSv1.2' as const }
  const take = (socket: Socket) => onStream(socket, addressOf(socket))
  switch (kind) {
    case 'tcp':
      return createServer(options, take)
    case 'tls':
      return createTlsServer(secure, take)
    case 'websocket': {
      const server = certificate ? createHttpsServer(secure) : createHttpServer(options)
      acceptWebSockets(server, STREAM_BUFFER_BYTES, (stream, { socket }) => onStream(stream, addressOf(socket)))
      return server
    }
  }
}

function addressOf({ remoteAddress }: Socket): string {
  return remoteAddress ?? 'unknown'
}

function listen(server: Server, { host, port, setting }: Endpoint): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(`MQTT port ${host}:${port} is taken by another process; choose another ${setting} or stop it`)
          : error,
      ),
    )
    server.listen({ port, host, backlog: BACKLOG }, resolve)
  })
}
