/** The embedded MQTT broker: endpoints, admission, gate and the MQTT library behind them. */
import type { Duplex } from 'node:stream'
import type { Aedes } from 'aedes'
import type { Clock } from '#runtime/clock.ts'
import type { Place } from '#runtime/connection-places.ts'
import type { Log } from '#runtime/log.ts'
import { RefusalTally } from '#runtime/refusal-tally.ts'
import { Admission } from './admission.ts'
import { Clients } from './clients.ts'
import { Connection } from './connection.ts'
import { type Endpoint, type OpenEndpoint, openEndpoint } from './endpoints.ts'
import { LoginQueue } from './login-queue.ts'
import { createLibrary, type LibraryOptions } from './mqtt-library.ts'
import type { Publishing } from './publishing.ts'
import { keepRepeatedFilters } from './repeated-filters.ts'
import type { Sessions } from './sessions.ts'

/** Until CONNECT is complete; 2,000 clients connecting at once on two cores need more than 2 s. */
const CONNECT_TIMEOUT_MS = 10_000
const REVOCATION_CHECK_MS = 200
const DEADLINE_CHECK_MS = 500
/** Some milliseconds of work, with those who come again at once. */
const CUTS_AT_ONCE = 50

export interface Listener {
  readonly endpoints: readonly { readonly kind: Endpoint['kind']; readonly port: number }[]
  /** Publishes a message of the broker itself. */
  publish(topic: string, payload: string, retained: boolean): Promise<void>
  /** Issues of the tokens with which somebody is connected now. */
  issuesInUse(): Iterable<string>
  close(): Promise<void>
}

export interface ListenerOptions {
  readonly endpoints: readonly Endpoint[]
  readonly connectionsMax: number
  readonly connectionsPerAddressMax: number
  readonly sessions: Sessions
  /** Made with the connections of this listener. */
  readonly createPublishing: (clients: Clients, breaches: RefusalTally) => Publishing
  readonly clock: Clock
  readonly log: Log
  readonly beforeSubscribe: LibraryOptions['beforeSubscribe']
}

export async function startListener(options: ListenerOptions): Promise<Listener> {
  const { sessions, clock, log, beforeSubscribe } = options
  const { monoMs } = clock
  const admission = new Admission({
    connectionsMax: options.connectionsMax,
    perAddressMax: options.connectionsPerAddressMax,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
  })
  const refused = new RefusalTally(log, 'connection refused')
  const breaches = new RefusalTally(log, 'publish refused, connection closed')
  const clients = new Clients({ sessions, admission, monoMs, onRefused: (login) => refused.note(login) })
  const aedes = await createLibrary({
    sessions,
    clients,
    publishing: options.createPublishing(clients, breaches),
    beforeSubscribe,
    log,
  })
  const logins = new LoginQueue()
  const guard = (stream: Duplex, place: Place) => {
    const { address } = place
    const onRefused = (_: Connection, { reason }: { reason: string }) => refused.note({ address, reason })
    const connection = new Connection(stream, { place, monoMs, logins, onRefused })
    admission.add(connection)
    stream.once('close', () => admission.remove(connection))
    const client = aedes.handle(stream)
    keepRepeatedFilters(client)
    clients.attach(client, connection)
    return connection
  }
  const endpoints = await openAll(options.endpoints, {
    places: admission.places,
    onRefused: (refusal) => refused.note({ ...refusal }),
    onStream: guard,
  })
  const timers = [
    setInterval(() => sessions.closeRevoked(clients), REVOCATION_CHECK_MS),
    setInterval(() => cutOverdue(admission.overdue(monoMs()), refused), DEADLINE_CHECK_MS),
  ]
  return {
    endpoints,
    publish: (topic, payload, retain) => publishOwn(aedes, { topic, payload, retain }),
    issuesInUse: () => sessions.issuesOf(clients),
    async close() {
      for (const timer of timers) clearInterval(timer)
      const closed = endpoints.map((endpoint) => endpoint.close())
      await new Promise<void>((resolve) => aedes.close(() => resolve()))
      for (const endpoint of endpoints) endpoint.abandon()
      await Promise.all(closed)
      for (const tally of [refused, breaches]) tally.close()
    },
  }
}

/** All or none: a port that is taken leaves no other one open. */
async function openAll(
  wanted: readonly Endpoint[],
  accepting: Parameters<typeof openEndpoint>[1],
): Promise<OpenEndpoint[]> {
  const open: OpenEndpoint[] = []
  try {
    for (const endpoint of wanted) open.push(await openEndpoint(endpoint, accepting))
  } catch (error) {
    await Promise.all(open.map((endpoint) => endpoint.close()))
    throw error
  }
  return open
}

/** In portions: thousands that came together are overdue together, and no device shall wait until all of them are cut. */
function cutOverdue(overdue: ReturnType<Admission['overdue']>, refused: RefusalTally): void {
  for (let cuts = 0; cuts < CUTS_AT_ONCE; cuts += 1) {
    const next = overdue.next()
    if (next.done) return
    const [connection, reason] = next.value
    refused.note({ address: connection.place.address, reason })
    connection.destroy()
  }
  setImmediate(cutOverdue, overdue, refused)
}

function publishOwn(aedes: Aedes, message: { topic: string; payload: string; retain: boolean }): Promise<void> {
  return new Promise((resolve, reject) => {
    const packet = { ...message, cmd: 'publish' as const, qos: 1 as const, dup: false }
    aedes.publish(packet, (error) => (error ? reject(error) : resolve()))
  })
}
