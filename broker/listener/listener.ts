/** The embedded MQTT broker: sockets behind the byte gate, aedes with every hook and bound set, revocation. */
import { createServer, type Server, type Socket } from 'node:net'
import { Aedes, type Client } from 'aedes'
import { subscribeRight } from '#contract/access.ts'
import { channels } from '#contract/channels.ts'
import type { Log } from '#runtime/log.ts'
import { PacketGate } from './gate.ts'
import type { Publishing } from './publishing.ts'
import type { Sessions } from './sessions.ts'

/** 5,000 devices and some air; each idle connection costs about 40 kB. */
const CONNECTIONS_MAX = 6_000
/** Until CONNECT is complete; 2,000 clients connecting at once on two cores need more than 2 s. */
const CONNECT_TIMEOUT_MS = 10_000
/** A subscriber that stopped reading holds up others for this long, then is cut. */
const DRAIN_TIMEOUT_MS = 500
const MQTT_CONCURRENCY = 1_000
const TOPIC_LEVELS_MAX = 8
/** Role and id before the client's own id make it longer than the 23 of MQTT 3.1. */
const CLIENT_ID_CHARACTERS_MAX = 256
const REVOCATION_CHECK_MS = 200
const TCP_KEEPALIVE_MS = 60_000
/** Largest payload of any channel, its topic, and the headers. */
const PACKET_BYTES_MAX = Math.max(...Object.values(channels).map((channel) => channel.maxBytes)) + 512

export interface Listener {
  readonly port: number
  /** Publishes a message of the broker itself. */
  publish(topic: string, payload: string, retained: boolean): Promise<void>
  connections(): number
  close(): Promise<void>
}

export interface ListenerOptions {
  readonly host: string
  readonly port: number
  readonly sessions: Sessions
  readonly publishing: Publishing
  readonly log: Log
  /** Runs before a subscription to this topic is granted. */
  readonly beforeSubscribe: (topic: string) => Promise<void>
}

export async function startListener(options: ListenerOptions): Promise<Listener> {
  const { sessions, log } = options
  const aedes = await createBroker(options)
  const clients = new Set<Client>()
  aedes.on('client', (client) => clients.add(client))
  aedes.on('clientDisconnect', (client) => clients.delete(client))
  // Reported once a connection: a stuck client can raise it for every packet that waited.
  const reported = new WeakSet<Client>()
  aedes.on('clientError', (client, error) => {
    if (reported.has(client)) return
    reported.add(client)
    log.info({ client: client.id, reason: error.message }, 'client error')
  })
  aedes.on('connectionError', (client, error) =>
    log.debug({ client: client.id, reason: error.message }, 'connection error'),
  )

  const server = createServer({ keepAlive: true, keepAliveInitialDelay: TCP_KEEPALIVE_MS, noDelay: true }, (socket) => {
    guard(socket, log)
    aedes.handle(socket)
  })
  server.maxConnections = CONNECTIONS_MAX
  await listen(server, options)
  const revocation = setInterval(() => sessions.closeRevoked(clients), REVOCATION_CHECK_MS)

  return {
    port: (server.address() as { port: number }).port,
    publish: (topic, payload, retain) =>
      new Promise((resolve, reject) => {
        const packet = { cmd: 'publish' as const, topic, payload, qos: 1 as const, retain, dup: false }
        aedes.publish(packet, (error) => (error ? reject(error) : resolve()))
      }),
    connections: () => clients.size,
    async close() {
      clearInterval(revocation)
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      await new Promise<void>((resolve) => aedes.close(() => resolve()))
      await closed
    },
  }
}

function createBroker({ sessions, publishing, beforeSubscribe }: ListenerOptions): Promise<Aedes> {
  return Aedes.createBroker({
    concurrency: MQTT_CONCURRENCY,
    connectTimeout: CONNECT_TIMEOUT_MS,
    drainTimeout: DRAIN_TIMEOUT_MS,
    maxTopicLevels: TOPIC_LEVELS_MAX,
    maxClientsIdLength: CLIENT_ID_CHARACTERS_MAX,
    preConnect(client, packet, done) {
      sessions.prepare(client, packet)
      done(null, true)
    },
    authenticate(client, _username, _password, done) {
      if (sessions.identityOf(client)) return done(null, true)
      // [MQTT-3.2.2-5] return code 4: bad user name or password.
      done(Object.assign(new Error('bad user name or password'), { returnCode: 4 }), false)
    },
    authorizePublish: publishing.authorize,
    authorizeSubscribe(client, subscription, done) {
      const identity = sessions.identityOf(client)
      // [MQTT-3.9.3-3] 0x80 for a filter that is refused; the connection stays.
      if (!identity || !subscribeRight(identity, subscription.topic)) return done(null, null)
      beforeSubscribe(subscription.topic).then(
        () => done(null, subscription),
        (error: Error) => done(error),
      )
    },
    authorizeForward(client, packet) {
      const identity = sessions.identityOf(client)
      return identity && subscribeRight(identity, packet.topic) ? packet : null
    },
  })
}

/** Every byte passes the gate before the MQTT library reads it; aedes reads a connection only through `read`. */
function guard(socket: Socket, log: Log): void {
  const gate = new PacketGate(PACKET_BYTES_MAX)
  const read = socket.read.bind(socket)
  socket.read = (size?: number) => {
    const chunk: Buffer | null = read(size)
    if (chunk === null) return null
    const verdict = gate.check(chunk)
    if (verdict.ok) return chunk
    log.info({ remote: socket.remoteAddress, reason: verdict.reason }, 'connection cut at the gate')
    socket.destroy()
    return null
  }
}

function listen(server: Server, { host, port }: ListenerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(
              `MQTT port ${host}:${port} is taken by another process; choose another SIAGA_MQTT_PORT or stop it`,
            )
          : error,
      ),
    )
    server.listen(port, host, resolve)
  })
}
