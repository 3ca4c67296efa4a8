/**
 * Who may hold a connection to the HTTP port. Whatever is no live socket gives way to a newcomer, whoever has been
 * silent longest first: handshakes, requests that do not end, and those kept alive, which a browser opens again by itself.
 */
import type { Server } from 'node:http'
import { BlockList, isIPv6, type Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { ConnectionPlaces } from '#runtime/connection-places.ts'
import type { Log } from '#runtime/log.ts'
import { RefusalTally } from '#runtime/refusal-tally.ts'
import { holdPlaces } from '#runtime/socket-places.ts'

/** Twice the screens there may be: each loads its pages beside its live socket. */
const CONNECTIONS_MAX = 4_000
/** A quarter. Some hundred browsers behind one address: a live socket each, six connections of those that load a page. */
const PER_ADDRESS_MAX = 1_000

/** A live socket's connection, once somebody is known to have opened it: it gives way to nobody. */
export type KeepConnection = (socket: Socket) => void

/**
 * To be called before the server listens.
 * @param proxies addresses and networks by comma, as SIAGA_TRUST_PROXY; they stand for many, so are not bounded by address
 */
export function boundConnections(app: FastifyInstance, proxies: string | undefined, log: Log): KeepConnection {
  const isExempt = proxies === undefined ? () => false : matcherOf(proxies)
  const places = new ConnectionPlaces({ max: CONNECTIONS_MAX, perAddressMax: PER_ADDRESS_MAX, isExempt })
  const refused = new RefusalTally(log, 'connection refused')
  const server: Server = app.server
  const sockets = holdPlaces(server, places, (refusal) => refused.note({ ...refusal }))
  const refresh = (socket: Socket) => {
    const place = sockets.placeOf(socket)
    if (place) places.refresh(place)
  }
  app.addHook('onRequest', async ({ raw }) => refresh(raw.socket))
  app.addHook('onResponse', async ({ raw }) => refresh(raw.socket))
  app.addHook('onClose', async () => refused.close())
  return (socket) => {
    const place = sockets.placeOf(socket)
    if (place) places.keep(place)
  }
}

/** @throws Error when an entry is no address or network */
export function matcherOf(proxies: string): (address: string) => boolean {
  const list = new BlockList()
  for (const entry of proxies.split(',')) {
    const [address = '', range] = entry.split('/')
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    if (range === undefined) list.addAddress(address, family)
    else list.addSubnet(address, prefixBits(range), family)
  }
  return (address) => list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}

/** @param range `24`, or the mask `255.255.255.0` */
function prefixBits(range: string): number {
  if (!range.includes('.')) return Number(range)
  const bits = range.split('.').map((part) => Number(part).toString(2))
  return bits.join('').replaceAll('0', '').length
}
