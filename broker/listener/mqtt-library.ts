/** The MQTT library with every hook and bound set. */
import type { EventEmitter } from 'node:events'
import { Aedes, type AedesPublishPacket, type Client } from 'aedes'
import { subscribeRight } from '#contract/access.ts'
import type { Log } from '#runtime/log.ts'
import { RefusalTally } from '#runtime/refusal-tally.ts'
import type { Clients } from './clients.ts'
import type { Connection } from './connection.ts'
import type { Publishing } from './publishing.ts'
import { createPersistence } from './retained-messages.ts'
import type { Sessions } from './sessions.ts'
import { TOPIC_LEVELS_MAX } from './wire-string.ts'

/** A second net below the admission's own deadline; a CONNECT that waits for its turn must not fall into it. */
const CONNECT_TIMEOUT_MS = 60_000
/** A subscriber that stopped reading holds up others for this long, then is cut; with late timers within 500 ms. */
const DRAIN_TIMEOUT_MS = 300
const MQTT_CONCURRENCY = 1_000
/** Role and id before the client's own id make it longer than the 23 of MQTT 3.1. */
const CLIENT_ID_CHARACTERS_MAX = 256
/**
 * QoS 2 messages of a connection that wait for their PUBREL, each kept: 64 connections of an application hold 52 MB at
 * most. Libraries have some 20 under way, one that was away may send more at once; past it the connection is closed.
 */
const UNRELEASED_MAX = 200
/** What waits for a client to read: 16 of the largest messages. */
const WRITE_BUFFER_BYTES_MAX = 1024 * 1024

export interface LibraryOptions {
  readonly sessions: Sessions
  readonly clients: Clients
  readonly publishing: Publishing
  /** Runs before a subscription to this topic is granted. */
  readonly beforeSubscribe: (topic: string) => Promise<void>
  readonly log: Log
}

export async function createLibrary({ sessions, clients, publishing, beforeSubscribe, log }: LibraryOptions) {
  const aedes = await Aedes.createBroker({
    persistence: createPersistence(),
    concurrency: MQTT_CONCURRENCY,
    connectTimeout: CONNECT_TIMEOUT_MS,
    drainTimeout: DRAIN_TIMEOUT_MS,
    maxInflightInbound: UNRELEASED_MAX,
    maxTopicLevels: TOPIC_LEVELS_MAX,
    maxClientsIdLength: CLIENT_ID_CHARACTERS_MAX,
    preConnect(client, packet, done) {
      clients.prepare(client, packet)
      done(null, true)
    },
    authenticate(client, _username, _password, done) {
      const refusal = clients.login(client)
      if (!refusal) return done(null, true)
      done(Object.assign(new Error(refusal.reason), { returnCode: refusal.returnCode }), false)
    },
    authorizePublish: publishing.authorize,
    authorizeSubscribe(client, subscription, done) {
      const identity = sessions.identityOf(client)
      // The plain string again, see `keepRepeatedFilters`.
      subscription.topic = String(subscription.topic)
      // §3.9.3: return code 0x80 for a filter that is refused; the connection stays.
      if (!identity || !subscribeRight(identity, subscription.topic)) return done(null, null)
      beforeSubscribe(subscription.topic).then(
        () => {
          clients.connectionOf(client)?.gate.deliveries.subscribed(subscription.topic, subscription.qos)
          done(null, subscription)
        },
        (error: Error) => done(error),
      )
    },
    authorizeForward(client, packet) {
      const identity = sessions.identityOf(client)
      if (!identity || !subscribeRight(identity, packet.topic)) return null
      const fault = deliver(client, clients.connectionOf(client), packet)
      if (fault === undefined) return packet
      log.info({ client: client.id }, `${fault}, connection cut`)
      client.conn.destroy()
      return null
    },
  })
  follow(aedes, clients, log)
  return aedes
}

/** Gives a message to a subscriber its identifier, which the library then keeps. @returns why it cannot be sent, or undefined */
function deliver({ conn }: Client, connection: Connection | undefined, packet: AedesPublishPacket): string | undefined {
  if (conn.destroyed || !connection) return undefined
  if (conn.writableLength > WRITE_BUFFER_BYTES_MAX) return 'does not read what it is sent'
  const identifier = connection.gate.deliveries.sending(packet.topic, packet.qos)
  if (identifier === undefined) return 'does not acknowledge what it is sent'
  packet.messageId = identifier
  return undefined
}

/** Keeps the clients in step with the library's. */
function follow(aedes: Aedes, clients: Clients, log: Log): void {
  // Of its work in the background: without a listener it would end the process. Its types do not know it.
  const emitter: EventEmitter = aedes
  emitter.on('error', (error: Error) => log.error({ err: error }, 'MQTT library failed'))
  aedes.on('clientReady', (client) => clients.ready(client))
  aedes.on('client', (client) => clients.registered(client))
  const proceed = (_: unknown, client: Client) => clients.connectionOf(client)?.proceed()
  aedes.on('subscribe', proceed)
  aedes.on('unsubscribe', (topics, client) => {
    for (const topic of topics) clients.connectionOf(client)?.gate.deliveries.unsubscribed(topic)
    proceed(topics, client)
  })
  const clientErrors = new RefusalTally(log, 'client error')
  aedes.once('closed', () => clientErrors.close())
  // Reported once a connection: a stuck client can raise it for every packet that waited.
  const reported = new WeakSet<object>()
  aedes.on('clientError', (client, error) => {
    // A refused login has been told, with its address.
    if (reported.has(client) || clients.isRefused(client)) return
    reported.add(client)
    clientErrors.note({ client: client.id, reason: error.message })
  })
  aedes.on('connectionError', (client, error) =>
    log.debug({ client: client.id, reason: error.message }, 'not connected'),
  )
}
