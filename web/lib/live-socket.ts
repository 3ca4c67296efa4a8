/** The one place that knows Socket.IO: opens `/live` and hands over what arrives (design §3.5). */
import { io, type Socket } from 'socket.io-client'
import type {
  ClientToServerEvents,
  Frame,
  LivePulse,
  ServerToClientEvents,
  Snapshot,
} from '../../broker/contract/live.ts'

export interface LiveHandlers {
  snapshot: (snapshot: Snapshot) => void
  frame: (frame: Frame) => void
  pulse: (pulse: LivePulse) => void
  connected: () => void
  disconnected: () => void
  /** The how-manieth attempt to connect again has begun. */
  attempt: (attempt: number) => void
}

export interface LiveConnection {
  resync: () => void
  close: () => void
}

export type OpenLive = (handlers: LiveHandlers) => LiveConnection

/** A wall tries for ever: quickly at first, then every few seconds, so a restarted server is found soon. */
const RECONNECT_FIRST_MS = 500
const RECONNECT_LATER_MS = 3000
/** A half-open connect must not hold up the next attempt. */
const CONNECT_TIMEOUT_MS = 4000

export const openLive: OpenLive = (handlers) => {
  const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io('/live', {
    transports: ['websocket'],
    reconnectionDelay: RECONNECT_FIRST_MS,
    reconnectionDelayMax: RECONNECT_LATER_MS,
    timeout: CONNECT_TIMEOUT_MS,
  })
  socket.on('snapshot', handlers.snapshot)
  socket.on('frame', handlers.frame)
  socket.on('pulse', handlers.pulse)
  socket.on('connect', handlers.connected)
  socket.on('disconnect', (reason) => {
    handlers.disconnected()
    // The library does not come back by itself when the server closed the namespace.
    if (reason === 'io server disconnect') socket.connect()
  })
  socket.io.on('reconnect_attempt', handlers.attempt)
  return { resync: () => socket.emit('resync'), close: () => socket.disconnect() }
}
