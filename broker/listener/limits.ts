/** What each role may send and hold, derived from the channels table where it can be. */
import { channelNames, channels, type Role } from '#contract/channels.ts'
import type { AllowedRates } from './allowance.ts'
import type { GateLimits } from './gate.ts'
import type { Rate } from './token-bucket.ts'
import { TOPIC_BYTES_MAX } from './wire-string.ts'

/** Topic with its length, packet identifier. */
const AROUND_PAYLOAD_BYTES = TOPIC_BYTES_MAX + 4

export interface RoleLimits extends GateLimits {
  /** Over all connections of one identity; past it, reading waits. */
  readonly rates: AllowedRates
  /** Connections of one identity at a time. */
  readonly connectionsMax: number
}

/**
 * An agent drains an outbox of 100,000 records in 2,000 batches; one application that runs wild fills a tenth of what
 * the journal takes; gateway and server speak for all applications.
 */
const packets: Readonly<Record<Role, Rate>> = {
  app: { perS: 2_000, burst: 20_000 },
  gateway: { perS: 20_000, burst: 40_000 },
  door: { perS: 200, burst: 2_000 },
  vantage: { perS: 200, burst: 2_000 },
  server: { perS: 20_000, burst: 40_000 },
}

const KIB = 1024
const MIB = 1024 * KIB
/**
 * The journal keeps them for two weeks: an application that runs wild fills 6 to 16 GB a day, in which its disk is looked
 * after, and not 29 GB an hour. One that is well says 20 bytes a second; an outbox of 100,000 records has some 60 MB.
 */
const bytes: Readonly<Record<Role, Rate>> = {
  app: { perS: 64 * KIB, burst: 16 * MIB },
  gateway: { perS: MIB, burst: 256 * MIB },
  door: { perS: 64 * KIB, burst: 128 * MIB },
  vantage: { perS: 64 * KIB, burst: 128 * MIB },
  server: { perS: 8 * MIB, burst: 256 * MIB },
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
    rates: { packets: packets[role], bytes: bytes[role] },
    connectionsMax: connections[role],
  }
}
