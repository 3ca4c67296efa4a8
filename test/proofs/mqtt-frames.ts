/** Mutated MQTT frames from a seed: good packets that were bent, cut, joined or made up. Pure. */
import {
  connectPacket,
  disconnectPacket,
  packet,
  pingPacket,
  publishPacket,
  subscribePacket,
  text,
  unsubscribePacket,
} from '../harness/mqtt-wire.ts'
import { mutateBytes, type Random, replaced } from './mutations.ts'

const MUTATIONS_MAX = 3
const TAKEN_SHARE = 0.65
const will = { topic: 'siaga/v1/doors/elsewhere/status', payload: '{}', qos: 1, retain: true }

/** What a device may send; no message goes where the identities of the proof may publish, so none may have an effect. */
const good: readonly Buffer[] = [
  connectPacket({ clientId: 'c', username: 'door:fuzz-0', password: 'guessed' }),
  connectPacket({ clientId: '__proto__', username: 'app:a', password: 'guessed', will }),
  connectPacket({ clean: false }),
  ...([0, 1, 2] as const).flatMap((qos) =>
    ['siaga/v1/apps/elsewhere/heartbeat', 'siaga/v1/doors/elsewhere/events', '$SYS/a', 'constructor'].map((topic) =>
      publishPacket({ topic, qos, id: 7, payload: '{"status":"up"}', retain: qos === 1 }),
    ),
  ),
  subscribePacket(1, ['siaga/v1/doors/elsewhere/command', 1]),
  subscribePacket(2, ['#', 0], ['siaga/v1/doors/+/access', 2], ['$share/a/b', 1]),
  subscribePacket(3, ['a', 0], ['a', 1]),
  unsubscribePacket(4, 'siaga/v1/doors/elsewhere/command', 'a/b'),
  ...[0x40, 0x50, 0x62, 0x70].map((head) => packet(head, [0, 7])),
  packet(0x20, [0, 0]),
  packet(0x90, [0, 1, 0]),
  packet(0x30, text('a/b/c/d/e/f/g/h/i/j')),
  pingPacket,
  disconnectPacket,
]

/** A device may ask for these, and is told that it may not hear them. */
const filters = [
  'siaga/v1/doors/elsewhere/command',
  'siaga/v1/doors/+/access',
  '$share/a/b',
  '$SYS/#',
  'constructor',
  'a//b',
]

/** Most of them right as packets, or each connection would end at its first. */
export function mutatedFrame(random: Random): Buffer {
  const below = (limit: number) => Math.floor(random() * limit)
  if (random() < TAKEN_SHARE) return takenFrame(below)
  const pick = () => good[below(good.length)] ?? pingPacket
  if (random() < 0.05) return Buffer.from(Array.from({ length: 1 + below(40) }, () => below(256)))
  let bytes: Buffer = Buffer.from(pick())
  for (let left = 1 + below(MUTATIONS_MAX); left > 0; left--) bytes = mutate(bytes, pick(), below)
  return bytes.length > 0 ? bytes : Buffer.of(below(256))
}

/** One that the broker has no reason to end a device's connection for, with what it carries bent. */
function takenFrame(below: (limit: number) => number): Buffer {
  const id = 1 + below(0xffff)
  const letters = () => Buffer.from(filters[below(filters.length)] ?? 'a')
  // Never empty, and without what no text of MQTT may carry.
  const bent = () => `x${mutateBytes(letters(), letters(), below)}`.replaceAll(/[\0+#\ufffd]/g, '/')
  switch (below(6)) {
    case 0:
      // PUBACK, PUBREC, PUBREL or PUBCOMP for a message there is not.
      return packet([0x40, 0x50, 0x62, 0x70][below(4)] ?? 0x40, [id >> 8, id & 0xff])
    case 1:
      return unsubscribePacket(id, ...Array.from({ length: 1 + below(5) }, bent))
    case 2:
      return subscribePacket(id, [`${letters()}`, below(3)], [bent(), below(3)])
    default:
      return subscribePacket(id, ...Array.from({ length: 1 + below(5) }, () => [bent(), below(3)] as const))
  }
}

function mutate(bytes: Buffer, other: Buffer, below: (limit: number) => number): Buffer {
  switch (below(8)) {
    case 0:
      // A length that no longer fits its packet.
      return replaced(bytes, 1, (bytes[1] ?? 0) + below(9) - 4)
    case 1:
      return replaced(bytes, 0, (below(16) << 4) | ((bytes[0] ?? 0) & 0x0f))
    default:
      return mutateBytes(bytes, other, below)
  }
}
