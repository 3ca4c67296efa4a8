/**
 * Promises 2 and 9 at the sensor's wire (design §4), as fast-check properties: whatever bytes arrive, the parser throws
 * nothing and loses nothing, the client throws nothing but its own error, and no finger that the sensor does not know
 * opens the door. Whole, well-formed frames of another answer are left out: on this wire nothing tells them from true ones.
 */
import { Duplex } from 'node:stream'
import fc from 'fast-check'
import { AccessList } from '#contract/access-list.ts'
import { silentLog } from '#runtime/log.ts'
import { decide } from '../../edge/door/policy.ts'
import { emptyMemory } from '../../edge/door/policy-memory.ts'
import { confirmations, packetKinds } from '../../edge/fingerprint/datasheet.ts'
import { checkFrame, encodePacket } from '../../edge/fingerprint/packet.ts'
import { createParser } from '../../edge/fingerprint/parser.ts'
import { createSensor, type Match, SensorError } from '../../edge/fingerprint/sensor.ts'

const ADDRESS = 0xffff_ffff

function frame(...payload: number[]): Uint8Array {
  return encodePacket({ address: ADDRESS, kind: packetKinds.acknowledge, payload: Uint8Array.from(payload) })
}

const ok = frame(confirmations.ok)
const notFound = frame(confirmations.notFound, 0, 0, 0, 0)
/** Slot 5 with score 150: the answer that would open. */
const hit = frame(confirmations.ok, 0, 5, 0, 150)

/** What may happen to an answer on the wire. */
type Damage =
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'drop'; readonly at: number }
  | { readonly kind: 'insert'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'twice' }
  /** A part of the answer that would open, never both of its ends. */
  | { readonly kind: 'splice'; readonly at: number; readonly from: number; readonly size: number }

const position = fc.nat(40)
const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), at: position, bit: fc.nat(7) }),
  fc.record({ kind: fc.constant('cut' as const), at: position }),
  fc.record({ kind: fc.constant('drop' as const), at: position }),
  fc.record({ kind: fc.constant('insert' as const), at: position, bytes: fc.uint8Array({ maxLength: 12 }) }),
  fc.record({ kind: fc.constant('twice' as const) }),
  fc.record({
    kind: fc.constant('splice' as const),
    at: position,
    from: fc.nat(4),
    size: fc.integer({ min: 1, max: hit.length - 5 }),
  }),
)

function spoil(bytes: readonly number[], harm: Damage): number[] {
  switch (harm.kind) {
    case 'flip':
      return bytes.map((byte, index) => (index === harm.at % bytes.length ? byte ^ (1 << harm.bit) : byte))
    case 'cut':
      return bytes.slice(0, harm.at)
    case 'drop':
      return bytes.toSpliced(harm.at, 1)
    case 'insert':
      return bytes.toSpliced(harm.at, 0, ...harm.bytes)
    case 'twice':
      return [...bytes, ...bytes]
    case 'splice':
      return bytes.toSpliced(harm.at, 0, ...hit.slice(harm.from, harm.from + harm.size))
  }
}

/** The bytes of an answer after everything that happened to it, in the pieces in which they come. */
const delivery = fc.record({
  harms: fc.array(damage, { maxLength: 4 }),
  pieces: fc.array(fc.integer({ min: 1, max: 9 })),
})
type Delivery = typeof delivery extends fc.Arbitrary<infer T> ? T : never

function deliver(answer: Uint8Array, { harms, pieces }: Delivery): Uint8Array[] {
  let bytes = [...answer]
  for (const harm of harms) bytes = spoil(bytes, harm)
  const parts: Uint8Array[] = []
  for (const size of pieces) parts.push(Uint8Array.from(bytes.splice(0, size)))
  return [...parts, Uint8Array.from(bytes)].filter((part) => part.length > 0)
}

/** Every byte comes out once, in a frame whose checksum is right or among the discarded ones. */
export const parserLosesNothing = () =>
  fc.property(
    fc.array(fc.tuple(fc.constantFrom(ok, notFound, hit), delivery), { minLength: 1, maxLength: 6 }),
    (told) => {
      const parser = createParser()
      const parts = told.flatMap(([answer, how]) => deliver(answer, how))
      const outputs = [...parts.flatMap((part) => parser.push(part, 0)), ...parser.expire(1_000)]
      const read = outputs.flatMap((output) =>
        output.type === 'packet' ? [...encodePacket(output.packet)] : [...output.bytes],
      )
      return Buffer.from(read).equals(Buffer.concat(parts)) && parser.pendingBytes === 0
    },
  )

/** Bytes that follow no rule at all. */
export const parserSurvivesNoise = () =>
  fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 4 }), (parts) => {
    const parser = createParser()
    const outputs = [...parts.flatMap((part) => parser.push(part, 0)), ...parser.expire(1_000)]
    return outputs.every(
      (output) => output.type === 'discarded' || checkFrame(encodePacket(output.packet)).verdict === 'packet',
    )
  })

/** A module whose answers are what is given; its cable is pulled when nobody asks on, so nothing waits for a time-out. */
class HostileModule extends Duplex {
  #answers: Uint8Array[][]
  #asked = 0
  constructor(answers: Uint8Array[][]) {
    super()
    this.#answers = answers
  }
  override _read(): void {}
  override _write(_chunk: unknown, _encoding: BufferEncoding, done: () => void): void {
    this.#asked += 1
    const asked = this.#asked
    for (const part of this.#answers.shift() ?? []) this.push(part)
    done()
    // By the second turn the client has read what was pushed, and asked on if it could.
    setImmediate(() => setImmediate(() => this.#asked === asked && this.destroy()))
  }
}

const list = AccessList.parse({
  door: 'ruang-server',
  version: 1,
  issuedAt: 0,
  people: [{ person: 'siti', from: 0, until: null }],
})
const clock = { wallMs: () => 0, monoMs: () => 0 }

/** Slot 5 is that of somebody who may enter at any time; the sensor says that it does not know the finger. */
export const strangersFingerOpensNothing = () => opensNothingAfter(notFound)

/** Fails at once, or the proof before it could not fail either. */
export const knownFingerOpensNothing = () => opensNothingAfter(hit)

const opensNothingAfter = (said: Uint8Array) =>
  fc.asyncProperty(fc.tuple(delivery, delivery, delivery), async ([image, features, search]) => {
    const answers = [deliver(ok, image), deliver(ok, features), deliver(said, search)]
    const sensor = createSensor(new HostileModule(answers), { clock, log: silentLog, address: ADDRESS, password: 0 })
    try {
      const match = await touch(sensor)
      return match === undefined || !opens(match)
    } catch (error) {
      return error instanceof SensorError
    } finally {
      sensor.close()
    }
  })

async function touch(sensor: ReturnType<typeof createSensor>): Promise<Match | 'not-found' | undefined> {
  if ((await sensor.captureImage()) !== 'captured') return undefined
  if ((await sensor.extractFeatures(1)) === 'poor') return undefined
  return sensor.search({ buffer: 1, start: 0, count: 200 })
}

function opens(match: Match | 'not-found'): boolean {
  const person = match !== 'not-found' && match.slot === 5 ? 'siti' : undefined
  return decide({
    list,
    touch: match === 'not-found' ? undefined : { person, score: match.score, duress: false },
    ...{ wallMs: 0, monoMs: 0, clock: 'synced', otherDoorOpen: false, strikeGuarded: true, memory: emptyMemory },
  }).decision.granted
}

export const serialProperties = { parserLosesNothing, parserSurvivesNoise, strangersFingerOpensNothing } as const
