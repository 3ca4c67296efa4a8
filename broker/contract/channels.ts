/**
 * Everything that crosses the broker: one row a channel. Topic builder, filter, codec, access rules, journal and
 * docs/protocol.md derive from this table; to add a channel, add a row.
 */
import type { z } from 'zod'
import { Challenge, Command, Reply } from './command.ts'
import { DoorState } from './door.ts'
import { Heartbeat } from './heartbeat.ts'
import { Pulse } from './pulse.ts'
import { Acknowledged, AgentStatus, RecordBatch } from './record.ts'
import { Signed } from './signed.ts'
import { Targets } from './vantage.ts'

/** Who an authenticated MQTT client is. `journal` is the journal writer itself, never a client. */
export type Role = 'app' | 'gateway' | 'door' | 'vantage' | 'server'

export interface Channel {
  /** `{name}` stands for one id. */
  readonly topic: string
  readonly from: readonly (Role | 'journal')[]
  readonly to: readonly (Role | 'journal')[]
  readonly qos: 1
  readonly retained: boolean
  /** Largest payload, bytes. */
  readonly maxBytes: number
  /** True where an empty payload is a message of its own and decodes as `{}`. */
  readonly emptyAllowed: boolean
  readonly schema: z.ZodType
}

const KIB = 1024

function channel<const T extends string, S extends z.ZodType>(
  topic: T,
  route: { from: Channel['from']; to: Channel['to']; retained?: boolean; maxBytes: number; emptyAllowed?: boolean },
  schema: S,
) {
  return {
    topic,
    from: route.from,
    to: route.to,
    qos: 1 as const,
    retained: route.retained ?? false,
    maxBytes: route.maxBytes,
    emptyAllowed: route.emptyAllowed ?? false,
    schema,
  }
}

export const channels = {
  heartbeat: channel(
    'siaga/v1/apps/{app}/heartbeat',
    { from: ['app', 'gateway', 'server'], to: ['journal'], maxBytes: 4 * KIB, emptyAllowed: true },
    Heartbeat,
  ),
  targets: channel(
    'siaga/v1/vantages/{vantage}/targets',
    { from: ['server'], to: ['vantage'], retained: true, maxBytes: 64 * KIB },
    Targets,
  ),
  results: channel(
    'siaga/v1/vantages/{vantage}/results',
    { from: ['vantage'], to: ['journal'], maxBytes: 64 * KIB },
    RecordBatch,
  ),
  vantageAcknowledged: channel(
    'siaga/v1/vantages/{vantage}/acknowledged',
    { from: ['journal'], to: ['vantage'], retained: true, maxBytes: KIB },
    Acknowledged,
  ),
  vantageStatus: channel(
    'siaga/v1/vantages/{vantage}/status',
    { from: ['vantage'], to: ['journal'], retained: true, maxBytes: KIB },
    AgentStatus,
  ),
  doorEvents: channel(
    'siaga/v1/doors/{door}/events',
    { from: ['door'], to: ['journal'], maxBytes: 64 * KIB },
    RecordBatch,
  ),
  doorState: channel(
    'siaga/v1/doors/{door}/state',
    { from: ['door'], to: ['journal'], retained: true, maxBytes: 16 * KIB },
    DoorState,
  ),
  access: channel(
    'siaga/v1/doors/{door}/access',
    { from: ['server'], to: ['door'], retained: true, maxBytes: 64 * KIB },
    Signed,
  ),
  command: channel('siaga/v1/doors/{door}/command', { from: ['server'], to: ['door'], maxBytes: 4 * KIB }, Command),
  challenge: channel('siaga/v1/doors/{door}/challenge', { from: ['door'], to: ['journal'], maxBytes: KIB }, Challenge),
  reply: channel('siaga/v1/doors/{door}/reply', { from: ['door'], to: ['journal'], maxBytes: 4 * KIB }, Reply),
  doorAcknowledged: channel(
    'siaga/v1/doors/{door}/acknowledged',
    { from: ['journal'], to: ['door'], retained: true, maxBytes: KIB },
    Acknowledged,
  ),
  doorStatus: channel(
    'siaga/v1/doors/{door}/status',
    { from: ['door'], to: ['journal'], retained: true, maxBytes: KIB },
    AgentStatus,
  ),
  pulse: channel('siaga/v1/servers/{server}/pulse', { from: ['server'], to: ['journal'], maxBytes: KIB }, Pulse),
} as const satisfies Record<string, Channel>

export type ChannelName = keyof typeof channels
export type Payload<K extends ChannelName> = z.output<(typeof channels)[K]['schema']>
export type PayloadInput<K extends ChannelName> = z.input<(typeof channels)[K]['schema']>

type ParamNames<T extends string> = T extends `${string}{${infer Name}}${infer Rest}` ? Name | ParamNames<Rest> : never
export type TopicParams<K extends ChannelName> = Record<ParamNames<(typeof channels)[K]['topic']>, string>

export const channelNames = Object.keys(channels) as ChannelName[]
