/**
 * Promise 7 at the door (design §4), as fast-check properties: a replayed, late, altered, retained or foreign command
 * moves nothing and is on record; the right one moves the strike once.
 */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { silentLog } from '#runtime/log.ts'
import { createCommands } from '../../edge/door/commands.ts'
import { createCommandActions } from '../../edge/door/commands-actions.ts'
import { NONCE_VALID_MS } from '../../edge/door/commands-check.ts'

const DOOR = 'ruang-server'

interface Keys {
  readonly server: { readonly publicKey: KeyObject; readonly privateKey: KeyObject }
  readonly other: { readonly privateKey: KeyObject }
}

function makeKeys(): Keys {
  return { server: generateKeyPairSync('ed25519'), other: generateKeyPairSync('ed25519') }
}

/** A door that counts what moves it. */
function openDoor(keys: Keys) {
  const counted = { unlocks: 0, lockdowns: 0, recorded: 0, rejected: 0 }
  const now = { bootMs: 1_000_000 }
  let nonce = ''
  const act = createCommandActions({
    agent: {
      status: () => ({ lock: 'locked', contact: 'closed', alarms: [], sensor: 'ready', lockdown: false }),
      unlock: () => {
        counted.unlocks += 1
        return true
      },
      lock: () => {},
      setAlarm: () => {},
      setLockdown: () => {
        counted.lockdowns += 1
        return true
      },
    },
    reader: { use: () => Promise.reject(new Error('no sensor here')) },
    templates: { remove: async () => false, adopt: async () => false },
    enrolment: { run: async () => ({ result: 'refused' }) },
    doorClock: { heard: () => {}, confirm: () => false },
  })
  const commands = createCommands({
    ...{ door: DOOR, boot: 'boot', commandKey: keys.server.publicKey, bootMs: () => now.bootMs, act, log: silentLog },
    record: ({ kind }) => {
      counted[kind === 'command' ? 'recorded' : 'rejected'] += 1
      return true
    },
    publish: (_channel, payload) => {
      if ('nonce' in payload) nonce = payload.nonce
    },
  })
  return {
    counted,
    now,
    hear: commands.hear,
    challenge: (id: string) => {
      commands.hear(bytesOf({ id, kind: 'challenge' }), false)
      return nonce
    },
  }
}

type Door = ReturnType<typeof openDoor>

function bytesOf(message: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(message))
}

function command(id: string, nonce: string, changes: object = {}): object {
  return { kind: 'unlock', override: true, id, door: DOOR, nonce, actor: 'demo', reason: 'tamu ditunggu', ...changes }
}

function signed(body: object, key: KeyObject): Uint8Array {
  const text = JSON.stringify(body)
  return bytesOf({ body: text, signature: sign(null, Buffer.from(text), key).toString('base64') })
}

const edit = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), at: fc.nat(2_000), bit: fc.nat(7) }),
  fc.record({ kind: fc.constant('drop' as const), at: fc.nat(2_000), size: fc.integer({ min: 1, max: 40 }) }),
  fc.record({
    kind: fc.constant('insert' as const),
    at: fc.nat(2_000),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
  }),
)
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never

function edited(message: Uint8Array, edits: readonly Edit[]): Uint8Array {
  let bytes = [...message]
  for (const each of edits) {
    const at = each.at % Math.max(1, bytes.length)
    if (each.kind === 'flip') bytes = bytes.map((byte, index) => (index === at ? byte ^ (1 << each.bit) : byte))
    else
      bytes = bytes.toSpliced(at, each.kind === 'drop' ? each.size : 0, ...(each.kind === 'insert' ? each.bytes : []))
  }
  return Uint8Array.from(bytes)
}

/** White space between members leaves the same message. */
function saysTheSame(left: Uint8Array, right: Uint8Array): boolean {
  try {
    const parse = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return isDeepStrictEqual(pick(parse(left)), pick(parse(right)))
  } catch {
    return false // one of both is no message at all
  }
}

function pick(message: unknown): unknown {
  const { body, signature } = Object(message)
  return { body, signature }
}

/** What is done to a door with a right command at hand; everything is to be refused. */
type Attack = (door: Door, keys: Keys, id: string) => Uint8Array

const attacks = {
  late: fc.integer({ min: NONCE_VALID_MS + 1, max: 10_000_000 }).map(
    (delayMs): Attack =>
      (door, keys, id) => {
        const message = signed(command(id, door.challenge(id)), keys.server.privateKey)
        door.now.bootMs += delayMs
        return message
      },
  ),
  otherDoor: fc
    .stringMatching(/^[a-z0-9-]{1,64}$/)
    .filter((name) => name !== DOOR)
    .map(
      (name): Attack =>
        (door, keys, id) =>
          signed(command(id, door.challenge(id), { door: name }), keys.server.privateKey),
    ),
  otherKey: fc.constant<Attack>((door, keys, id) => signed(command(id, door.challenge(id)), keys.other.privateKey)),
  neverAsked: fc.uint8Array({ minLength: 32, maxLength: 32 }).map(
    (nonce): Attack =>
      (_door, keys, id) =>
        signed(command(id, Buffer.from(nonce).toString('base64url')), keys.server.privateKey),
  ),
  superseded: fc.constant<Attack>((door, keys, id) => {
    const message = signed(command(id, door.challenge(id)), keys.server.privateKey)
    door.challenge(`${id}-again`)
    return message
  }),
  otherId: fc.constant<Attack>((door, keys, id) =>
    signed(command(`${id}-other`, door.challenge(id)), keys.server.privateKey),
  ),
  unknownKind: fc.string().map(
    (kind): Attack =>
      (door, keys, id) =>
        signed(command(id, door.challenge(id), { kind: `x${kind}` }), keys.server.privateKey),
  ),
  tooLong: fc.integer({ min: 10_001, max: 10_000_000 }).map(
    (pulseMs): Attack =>
      (door, keys, id) =>
        signed(command(id, door.challenge(id), { pulseMs }), keys.server.privateKey),
  ),
} as const

/** Refused, on record, and nothing moved. */
export const badCommandsMoveNothing = () => {
  const keys = makeKeys()
  return fc.property(fc.oneof(...Object.values(attacks)), fc.boolean(), (attack, retained) => {
    const door = openDoor(keys)
    door.hear(attack(door, keys, 'c-1'), retained)
    return isUnmoved(door, 0)
  })
}

/** The bytes of the right command, changed in any way. */
export const alteredCommandsMoveNothing = () => {
  const keys = makeKeys()
  return fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
    const door = openDoor(keys)
    const message = signed(command('c-1', door.challenge('c-1')), keys.server.privateKey)
    const changed = edited(message, edits)
    fc.pre(!saysTheSame(message, changed))
    door.hear(changed, false)
    return isUnmoved(door, 0)
  })
}

/** The right command moves the strike once, however often and at whatever door it is heard again. */
export const replayedCommandsMoveOnce = () => {
  const keys = makeKeys()
  return fc.property(fc.array(fc.nat(20_000), { minLength: 1, maxLength: 5 }), fc.boolean(), (delaysMs, askAgain) => {
    const [door, elsewhere] = [openDoor(keys), openDoor(keys)]
    const message = signed(command('c-1', door.challenge('c-1')), keys.server.privateKey)
    door.hear(message, false)
    elsewhere.challenge('c-1') // the same id, another nonce
    for (const delayMs of delaysMs) {
      door.now.bootMs += delayMs
      if (askAgain) door.challenge('c-1')
      door.hear(message, false)
      elsewhere.hear(message, false)
    }
    return isUnmoved(door, 1) && isUnmoved(elsewhere, 0)
  })
}

function isUnmoved({ counted }: Door, allowed: number): boolean {
  const { unlocks, lockdowns, recorded, rejected } = counted
  return unlocks === allowed && recorded === allowed && lockdowns === 0 && rejected > 0
}

export const commandProperties = {
  badCommandsMoveNothing,
  alteredCommandsMoveNothing,
  replayedCommandsMoveOnce,
} as const
