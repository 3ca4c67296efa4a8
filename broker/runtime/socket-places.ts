/** Gives each socket of a server its place before anything of it is read: before TLS and before an upgrade. */
import type { Server, Socket } from 'node:net'
import type { ConnectionPlaces, Place } from './connection-places.ts'

export interface SocketPlaces {
  /** Of this socket, or of the one under its TLS; undefined when that is gone. */
  placeOf(socket: Socket): Place | undefined
  /** Ends every socket. */
  destroy(): void
}

/** Why a socket was ended, and whose. */
type OnRefused = (refusal: { readonly address: string; readonly reason: string }) => void

/**
 * To be called before the server listens. It sets no `maxConnections`: that would drop newcomers, where the places
 * let them in and end whoever only waits.
 */
export function holdPlaces(server: Server, places: ConnectionPlaces, onRefused: OnRefused): SocketPlaces {
  // Node tells nobody which socket a TLS socket came from; both have the same other end.
  const byPeer = new Map<string, { readonly socket: Socket; readonly place: Place }>()
  server.prependListener('connection', (socket: Socket) => {
    // A reset before anybody else listens must not end the process.
    socket.on('error', () => socket.destroy())
    const { remoteAddress: address } = socket
    if (address === undefined) return void socket.destroy()
    const end = (reason: string) => {
      onRefused({ address, reason })
      socket.destroy()
    }
    const place = { address, end: () => end('gave way to a newcomer') }
    if (!places.take(place)) return end('too many connections')
    const peer = peerOf(socket)
    const entry = { socket, place }
    byPeer.set(peer, entry)
    socket.once('close', () => {
      places.release(place)
      if (byPeer.get(peer) === entry) byPeer.delete(peer)
    })
  })
  return {
    placeOf: (socket) => byPeer.get(peerOf(socket))?.place,
    destroy() {
      for (const { socket } of byPeer.values()) socket.destroy()
    },
  }
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
