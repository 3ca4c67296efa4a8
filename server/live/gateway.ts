/** Socket.IO namespace `/live`: snapshot on connect and on resync, frames and pulses to all, encoded once. */
import type { Server as HttpServer, IncomingMessage } from 'node:http'
import { Server } from 'socket.io'
import type { ClientToServerEvents, LivePulse, ServerToClientEvents } from '#contract/live.ts'
import type { Log } from '#runtime/log.ts'
import type { Feed } from './feed.ts'

/** A shade under a second, so that timers that come a little late still make one pulse a second. */
const PULSE_EVERY_MS = 950
/** A change of the ingest path is told without waiting for the next second. */
const PULSE_CHECK_MS = 200
/** A half-open link is noticed in 5 s; the library's defaults take 42 s. */
const PING_INTERVAL_MS = 2_000
const PING_TIMEOUT_MS = 3_000
/** Screens send nothing but `resync`. */
const INBOUND_BYTES_MAX = 1_024
const CLIENTS_MAX = 2_000
/** A snapshot costs milliseconds: a screen that asks more often is broken. */
const RESYNC_SPACING_MS = 500

export interface Gateway {
  clients(): number
  close(): Promise<void>
}

export interface GatewayOptions {
  readonly http: HttpServer
  readonly feed: Feed
  readonly log: Log
  /** Refuses a handshake whose Host or Origin is not ours. */
  readonly isAllowed: (request: IncomingMessage) => boolean
}

export interface LiveServer {
  readonly io: Server<ClientToServerEvents, ServerToClientEvents>
  readonly emit: ServerToClientEvents['frame']
  clients(): number
}

/** Made before the feed, which needs its `emit`; it accepts nobody until `openGateway`. */
export function createLiveServer(): LiveServer {
  const io = new Server<ClientToServerEvents, ServerToClientEvents>({
    transports: ['websocket'],
    serveClient: false,
    perMessageDeflate: false,
    pingInterval: PING_INTERVAL_MS,
    pingTimeout: PING_TIMEOUT_MS,
    maxHttpBufferSize: INBOUND_BYTES_MAX,
    // Set at attach: see openGateway.
  })
  const live = io.of('/live')
  return {
    io,
    emit: (frame) => {
      live.emit('frame', frame)
    },
    clients: () => live.sockets.size,
  }
}

export function openGateway({ io, clients }: LiveServer, { http, feed, log, isAllowed }: GatewayOptions): Gateway {
  const live = io.of('/live')
  live.on('connection', (socket) => {
    let lastResyncMs = 0
    socket.emit('snapshot', feed.snapshot())
    socket.on('resync', () => {
      const nowMs = performance.now()
      if (nowMs - lastResyncMs < RESYNC_SPACING_MS) return
      lastResyncMs = nowMs
      socket.emit('snapshot', feed.snapshot())
    })
  })
  io.engine?.on('connection_error', (error: { message: string }) =>
    log.debug({ reason: error.message }, 'socket refused'),
  )
  io.attach(http, {
    allowRequest: (request, done) => done(null, isAllowed(request) && clients() < CLIENTS_MAX),
  })
  let sent: LivePulse | undefined
  let sentMs = Number.NEGATIVE_INFINITY
  const pulsing = setInterval(() => {
    const pulse = feed.pulse()
    const nowMs = performance.now()
    if (nowMs - sentMs < PULSE_EVERY_MS && pulse.ingest.state === sent?.ingest.state) return
    sent = pulse
    sentMs = nowMs
    live.emit('pulse', pulse)
  }, PULSE_CHECK_MS)
  return {
    clients,
    async close() {
      clearInterval(pulsing)
      await io.close()
    },
  }
}
