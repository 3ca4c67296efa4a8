/** Who may publish and subscribe what: derived from the channels table, default deny, no wildcards. */
import { channels, type Role } from './channels.ts'
import { type ParsedTopic, parseTopic } from './topics.ts'

/** An authenticated MQTT client. */
export interface Identity {
  readonly role: Role
  /** Id of the application, gateway, door, vantage or server. */
  readonly id: string
  /** For a gateway: the applications it may speak for; undefined means all. */
  readonly apps?: readonly string[]
}

/** `app:simrs`, `door:ruang-komando`, …: the MQTT user name, and the sender in the journal. */
export function identityName(identity: Identity): string {
  return `${identity.role}:${identity.id}`
}

/** The parsed topic when this identity may publish to it, else undefined. */
export function publishRight(identity: Identity, topic: string): ParsedTopic | undefined {
  const parsed = parseTopic(topic)
  if (!parsed || !includes(channels[parsed.channel].from, identity.role)) return undefined
  return ownsSubject(identity, parsed) ? parsed : undefined
}

/** The parsed filter when this identity may subscribe to it, else undefined. A filter must be one exact topic. */
export function subscribeRight(identity: Identity, filter: string): ParsedTopic | undefined {
  const parsed = parseTopic(filter)
  if (!parsed || !includes(channels[parsed.channel].to, identity.role)) return undefined
  return ownsSubject(identity, parsed) ? parsed : undefined
}

function ownsSubject(identity: Identity, { channel, subject }: ParsedTopic): boolean {
  switch (identity.role) {
    case 'gateway':
      return identity.apps === undefined || identity.apps.includes(subject)
    case 'server':
      return channel !== 'pulse' || subject === identity.id
    default:
      return subject === identity.id
  }
}

function includes(roles: readonly (Role | 'journal')[], role: Role): boolean {
  return roles.includes(role)
}
