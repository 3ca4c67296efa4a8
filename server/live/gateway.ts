/**
 * Socket.IO namespace `/live`: snapshot on connect and on resync, frames and pulses to all, encoded once an audience.
 * A socket lives no longer than the session it was opened with.
 */
import type { Server as HttpServer, IncomingMessage } from 'node:http'
import { Server, type Socket } from 'socket.io'
import type { ClientToServerEvents, LivePulse, ServerToClientEvents, Snapshot } from '#contract/live.ts'
import type { Log } from '#runtime/log.ts'
import { RefusalTally } from '#runtime/refusal-tally.ts'
import { mayExchange } from '../auth/allow-table.ts'
import { type Caller, ownOpd, type Person } from '../auth/roles.ts'
import { Audience, type AudienceSource } from './audience.ts'
import type { Feed } from './feed.ts'

/** A shade under a second, so that timers that come a little late still make one pulse a second. */
const PULSE_EVERY_MS = 950
/** A change of the ingest path is told without waiting for the next second. */
const PULSE_CHECK_MS = 200
/** A session that ended takes its sockets along within a second. */
const SESSION_CHECK_MS = 400
/** A half-open link is noticed in 5 s; the library's defaults take 42 s. */
const PING_INTERVAL_MS = 2_000
const PING_TIMEOUT_MS = 3_000
/** Screens send nothing but `resync`. */
const INBOUND_BYTES_MAX = 1_024
const CLIENTS_MAX = 2_000
/** Pages open in one browser: nobody takes the places of all the others. */
const CLIENTS_PER_SESSION_MAX = 20
/** A snapshot costs milliseconds: a screen that asks more often is broken. */
const RESYNC_SPACING_MS = 500
/** Of an unknown event's name in the log. */
const EVENT_LETTERS_MAX = 40
/** From the link to joining `/live`. */
const JOIN_MAX_MS = 5_000

/** Room of everybody who sees everything. */
const WHOLE = 'whole'
const roomOf = (opd: string) => `opd ${opd}`

type LiveIo = Server<ClientToServerEvents, ServerToClientEvents>
type LiveSocket = Socket<ClientToServerEvents, ServerToClientEvents>

export interface Gateway {
  clients(): number
  close(): Promise<void>
}

export interface GatewayOptions {
  readonly http: HttpServer
  readonly feed: Feed
  readonly source: AudienceSource
  readonly log: Log
  /** Refuses a handshake whose Host or Origin is not ours. */
  readonly isAllowed: (request: IncomingMessage) => boolean
  /** Who opens the socket. */
  readonly callerOf: (request: IncomingMessage) => Promise<Caller>
  /** Whose session this is, if it holds right now. */
  readonly personIn: (session: string) => Person | undefined
  /** Its caller is known and may listen. */
  readonly onOpened: (request: IncomingMessage) => void
  /** Sessions that hold right now, by id. */
  readonly holding: () => ReadonlyMap<string, Person>
}

export interface LiveServer {
  readonly io: LiveIo
  /** Audiences that have a screen, by OPD. */
  readonly audiences: Map<string, Audience>
  readonly emit: ServerToClientEvents['frame']
  clients(): number
}

/** Made before the feed, which needs its `emit`; it accepts nobody until `openGateway`. */
export function createLiveServer(): LiveServer {
  const io: LiveIo = new Server({
    transports: ['websocket'],
    serveClient: false,
    perMessageDeflate: false,
    pingInterval: PING_INTERVAL_MS,
    pingTimeout: PING_TIMEOUT_MS,
    maxHttpBufferSize: INBOUND_BYTES_MAX,
    connectTimeout: JOIN_MAX_MS,
    // Set at attach: see openGateway.
  })
  const live = io.of('/live')
  const audiences = new Map<string, Audience>()
  return {
    io,
    audiences,
    emit(frame) {
      live.to(WHOLE).emit('frame', frame)
      for (const [opd, audience] of audiences) {
        const own = audience.frame(frame)
        if (own) live.to(roomOf(opd)).emit('frame', own)
      }
    },
    clients: () => live.sockets.size,
  }
}

export function openGateway(server: LiveServer, options: GatewayOptions): Gateway {
  const { io, clients } = server
  const { http, log } = options
  const refused = new RefusalTally(log, 'socket sent what it may not')
  const callers = admit(server, options, refused)
  io.attach(http, {
    allowRequest(request, done) {
      if (!options.isAllowed(request) || clients() >= CLIENTS_MAX) return done(null, false)
      options.callerOf(request).then(
        (caller) => {
          callers.set(request, caller)
          done(null, mayExchange(caller, 'snapshot'))
        },
        (error: unknown) => {
          log.error({ err: error }, 'could not tell who opens a socket')
          done(null, false)
        },
      )
    },
  })
  // Only an attached server has an engine.
  io.engine.on('connection_error', (error: { message: string }) =>
    log.debug({ reason: error.message }, 'socket refused'),
  )
  io.engine.on('connection', ({ request }: { request: IncomingMessage }) => options.onOpened(request))
  const pulsing = startPulses(server, options.feed)
  const checking = setInterval(() => endSockets(io, options.holding), SESSION_CHECK_MS)
  return {
    clients,
    async close() {
      clearInterval(pulsing)
      clearInterval(checking)
      refused.close()
      await io.close()
    },
  }
}

/** Takes sockets in, at `/live` alone. @returns where the handshake leaves who opened it */
function admit(server: LiveServer, options: GatewayOptions, refused: RefusalTally): WeakMap<IncomingMessage, Caller> {
  const callers = new WeakMap<IncomingMessage, Caller>()
  const stays = new WeakSet<object>()
  server.io.use((_, next) => next(new Error('there is nothing here but /live')))
  server.io.of('/live').on('connection', (socket) => {
    const caller = callers.get(socket.request)
    // A connection is good for one stay: who has left, or would stay twice, comes by a new handshake, and is counted.
    if (stays.has(socket.conn)) return void socket.conn.close()
    stays.add(socket.conn)
    socket.on('disconnect', () => socket.conn.close())
    // The handshake may be long ago: between it and joining, the session can have ended.
    if (!caller || !isStill(caller, options)) return void socket.disconnect(true)
    if (isCrowd(server.io, caller)) return void socket.disconnect(true)
    socket.data.caller = caller
    const opd = ownOpd(caller)
    const snapshot = () => snapshotFor(server, options, opd)
    socket.use(([event], next) => {
      if (mayExchange(caller, event)) return next()
      refused.note({
        event: String(event).slice(0, EVENT_LETTERS_MAX),
        ...(caller.kind === 'person' && { actor: caller.id }),
      })
      socket.disconnect(true)
    })
    // First the snapshot, then the room: what is joined now continues exactly that version.
    socket.emit('snapshot', snapshot())
    void socket.join(opd === null ? WHOLE : roomOf(opd))
    answerResync(socket, snapshot)
    if (opd !== null) {
      socket.on('disconnect', () => {
        if (!server.io.of('/live').adapter.rooms.has(roomOf(opd))) server.audiences.delete(opd)
      })
    }
  })
  return callers
}

function answerResync(socket: LiveSocket, snapshot: () => Snapshot): void {
  let lastResyncMs = 0
  socket.on('resync', () => {
    const nowMs = performance.now()
    if (nowMs - lastResyncMs < RESYNC_SPACING_MS) return
    lastResyncMs = nowMs
    socket.emit('snapshot', snapshot())
  })
}

function snapshotFor({ audiences }: LiveServer, { feed, source }: GatewayOptions, opd: string | null): Snapshot {
  const whole = feed.snapshot()
  if (opd === null) return whole
  const audience = audiences.get(opd) ?? new Audience(opd, source, whole)
  audiences.set(opd, audience)
  return audience.snapshot(whole)
}

function startPulses({ io, audiences }: LiveServer, feed: Feed): NodeJS.Timeout {
  const live = io.of('/live')
  let sent: LivePulse | undefined
  let sentMs = Number.NEGATIVE_INFINITY
  return setInterval(() => {
    const pulse = feed.pulse()
    const nowMs = performance.now()
    if (nowMs - sentMs < PULSE_EVERY_MS && pulse.ingest.state === sent?.ingest.state) return
    sent = pulse
    sentMs = nowMs
    live.to(WHOLE).emit('pulse', pulse)
    for (const [opd, audience] of audiences) {
      live.to(roomOf(opd)).emit('pulse', { ...pulse, version: audience.pulseVersion() })
    }
  }, PULSE_CHECK_MS)
}

/** Closes each socket whose session holds no longer, or is another role's now. */
function endSockets(io: LiveIo, holding: GatewayOptions['holding']): void {
  const sockets = [...io.of('/live').sockets.values()].filter((socket) => callerOf(socket).kind === 'person')
  if (sockets.length === 0) return
  const now = holding()
  for (const socket of sockets) {
    const caller = callerOf(socket)
    if (caller.kind !== 'person') continue
    if (!isSame(caller, now.get(caller.session))) socket.disconnect(true)
  }
}

function isCrowd(io: LiveIo, caller: Caller): boolean {
  if (caller.kind !== 'person') return false
  let own = 0
  for (const socket of io.of('/live').sockets.values()) {
    const other = socket.data.caller as Caller | undefined
    if (other?.kind === 'person' && other.session === caller.session) own += 1
  }
  return own >= CLIENTS_PER_SESSION_MAX
}

function isStill(caller: Caller, { personIn }: GatewayOptions): boolean {
  return caller.kind !== 'person' || isSame(caller, personIn(caller.session))
}

/** Sees the same as before, by the cookie of now: a proof gives the session another one, and whoever has it comes again. */
function isSame(caller: Person, now: Person | undefined): boolean {
  if (now === undefined || now.steppedUpMs !== caller.steppedUpMs) return false
  return now.role === caller.role && now.opd === caller.opd && mayExchange(now, 'snapshot')
}

/** What `admit` put there: the library types a socket's data as anything. */
function callerOf(socket: LiveSocket): Caller {
  return socket.data.caller as Caller
}
