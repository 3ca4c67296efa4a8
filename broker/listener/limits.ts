/** What each role may send and hold, derived from the channels table where it can be. */
import { channelNames, channels, type Role } from '#contract/channels.ts'
import type { GateLimits } from './gate.ts'
import type { Rate } from './token-bucket.ts'
import { TOPIC_BYTES_MAX } from './wire-string.ts'

/** Topic with its length, packet identifier. */
const AROUND_PAYLOAD_BYTES = TOPIC_BYTES_MAX + 4

export interface RoleLimits extends GateLimits {
  /** Packets, over all connections of one identity; past it, reading waits. */
  readonly rate: Rate
  /** Connections of one identity at a time. */
  readonly connectionsMax: number
}

/**
 * An agent drains an outbox of 100,000 records in 2,000 batches; one application that runs wild fills a tenth of what
 * the journal takes; gateway and server speak for all applications.
 */
const rates: Readonly<Record<Role, Rate>> = {
  app: { perS: 2_000, burst: 20_000 },
  gateway: { perS: 20_000, burst: 40_000 },
  door: { perS: 200, burst: 2_000 },
  vantage: { perS: 200, burst: 2_000 },
  server: { perS: 20_000, burst: 40_000 },
}

/** Devices and the server have one session; a second connection takes it over while the first still closes. */
const connections: Readonly<Record<Role, number>> = { app: 64, gateway: 256, door: 4, vantage: 4, server: 4 }

export const roleLimits: Readonly<Record<Role, RoleLimits>> = {
  app: limitsOf('app'),
  gateway: limitsOf('gateway'),
  door: limitsOf('door'),
  vantage: limitsOf('vantage'),
  server: limitsOf('server'),
}

function limitsOf(role: Role): RoleLimits {
  const includes = (roles: readonly string[]) => roles.includes(role)
  const sent = channelNames.filter((name) => includes(channels[name].from)).map((name) => channels[name].maxBytes)
  return {
    packetBytesMax: Math.max(...sent) + AROUND_PAYLOAD_BYTES,
    mayAcknowledge: channelNames.some((name) => includes(channels[name].to)),
    rate: rates[role],
    connectionsMax: connections[role],
  }
}
