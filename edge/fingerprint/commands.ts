/**
 * The sensor's commands as a table: instruction, fields of request and answer, how long to wait, whether sending it
 * twice is harmless (ZFM-20 and R503 manuals). To use another command, add a row.
 */
import { confirmations, instructions } from './datasheet.ts'

/** Big-endian unsigned numbers, or 32 raw bytes. */
type FieldType = 'u8' | 'u16' | 'u32' | 'bytes32'
export type Fields = Readonly<Record<string, FieldType>>
type FieldValues<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends 'bytes32' ? Uint8Array : number
}

export interface CommandRow {
  readonly instruction: number
  readonly request: Fields
  /** Values after the confirmation code; present when the code is ok. */
  readonly answer: Fields
  readonly timeoutMs: number
  /** False where a second execution changes something: such a command is never sent twice, its effect is read instead. */
  readonly retryHarmless: boolean
}

const PLAIN_MS = 1_000
const IMAGE_MS = 2_000
const SEARCH_MS = 3_000
const EMPTY_MS = 5_000
const none = {} as const

function row<const Q extends Fields, const A extends Fields>(
  instruction: number,
  { request, answer }: { request: Q; answer: A },
  { timeoutMs, retryHarmless }: { timeoutMs: number; retryHarmless: boolean },
) {
  return { instruction, request, answer, timeoutMs, retryHarmless }
}

const reads = (timeoutMs: number) => ({ timeoutMs, retryHarmless: true })
const changes = (timeoutMs: number) => ({ timeoutMs, retryHarmless: false })
const bare = { request: none, answer: none } as const

export const commands = {
  captureImage: row(instructions.captureImage, bare, reads(IMAGE_MS)),
  extractFeatures: row(instructions.extractFeatures, { request: { buffer: 'u8' }, answer: none }, reads(IMAGE_MS)),
  match: row(instructions.match, { request: none, answer: { score: 'u16' } }, reads(PLAIN_MS)),
  search: row(
    instructions.search,
    { request: { buffer: 'u8', start: 'u16', count: 'u16' }, answer: { slot: 'u16', score: 'u16' } },
    reads(SEARCH_MS),
  ),
  mergeFeatures: row(instructions.mergeFeatures, bare, changes(PLAIN_MS)),
  storeTemplate: row(
    instructions.storeTemplate,
    { request: { buffer: 'u8', slot: 'u16' }, answer: none },
    changes(PLAIN_MS),
  ),
  loadTemplate: row(
    instructions.loadTemplate,
    { request: { buffer: 'u8', slot: 'u16' }, answer: none },
    reads(PLAIN_MS),
  ),
  deleteTemplates: row(
    instructions.deleteTemplates,
    { request: { slot: 'u16', count: 'u16' }, answer: none },
    changes(PLAIN_MS),
  ),
  emptyLibrary: row(instructions.emptyLibrary, bare, changes(EMPTY_MS)),
  writeRegister: row(
    instructions.writeRegister,
    { request: { register: 'u8', value: 'u8' }, answer: none },
    changes(PLAIN_MS),
  ),
  readParameters: row(
    instructions.readParameters,
    {
      request: none,
      answer: {
        status: 'u16',
        systemId: 'u16',
        capacity: 'u16',
        securityLevel: 'u16',
        address: 'u32',
        packetSizeCode: 'u16',
        baudFactor: 'u16',
      },
    },
    reads(PLAIN_MS),
  ),
  setPassword: row(instructions.setPassword, { request: { password: 'u32' }, answer: none }, changes(PLAIN_MS)),
  verifyPassword: row(instructions.verifyPassword, { request: { password: 'u32' }, answer: none }, reads(PLAIN_MS)),
  randomCode: row(instructions.randomCode, { request: none, answer: { code: 'u32' } }, reads(PLAIN_MS)),
  writeNotepad: row(
    instructions.writeNotepad,
    { request: { page: 'u8', content: 'bytes32' }, answer: none },
    changes(PLAIN_MS),
  ),
  readNotepad: row(
    instructions.readNotepad,
    { request: { page: 'u8' }, answer: { content: 'bytes32' } },
    reads(PLAIN_MS),
  ),
  countTemplates: row(instructions.countTemplates, { request: none, answer: { count: 'u16' } }, reads(PLAIN_MS)),
  readIndex: row(instructions.readIndex, { request: { page: 'u8' }, answer: { used: 'bytes32' } }, reads(PLAIN_MS)),
  cancel: row(instructions.cancel, bare, reads(PLAIN_MS)),
  setLed: row(
    instructions.setLed,
    { request: { mode: 'u8', speed: 'u8', colour: 'u8', times: 'u8' }, answer: none },
    reads(PLAIN_MS),
  ),
  checkSensor: row(instructions.checkSensor, bare, reads(PLAIN_MS)),
  softReset: row(instructions.softReset, bare, changes(PLAIN_MS)),
  handshake: row(instructions.handshake, bare, reads(PLAIN_MS)),
} as const satisfies Record<string, CommandRow>

export type CommandName = keyof typeof commands
export type Request<N extends CommandName> = FieldValues<(typeof commands)[N]['request']>
export type Answer<N extends CommandName> = FieldValues<(typeof commands)[N]['answer']>

/** Payload of a command packet. */
export function encodeRequest<N extends CommandName>(name: N, request: Request<N>): Uint8Array {
  const { instruction, request: fields } = commands[name]
  return Uint8Array.from([instruction, ...encodeFields(fields, request)])
}

export type DecodedAnswer<N extends CommandName> =
  | { readonly code: typeof confirmations.ok; readonly values: Answer<N> }
  | { readonly code: number; readonly values?: undefined }

/** Payload of an acknowledgement, or undefined when its length is not that of an answer to `name`. */
export function decodeAnswer<N extends CommandName>(name: N, payload: Uint8Array): DecodedAnswer<N> | undefined {
  const code = payload[0]
  if (code === undefined) return undefined
  if (code !== confirmations.ok) return { code }
  const values = decodeFields(commands[name].answer, payload.subarray(1))
  return values && { code, values: typedAnswer<N>(values) }
}

/** Confirmation code and values as an acknowledgement carries them: what a simulated sensor sends. */
export function encodeAnswer<N extends CommandName>(name: N, values: Answer<N>): Uint8Array {
  return Uint8Array.from([confirmations.ok, ...encodeFields(commands[name].answer, values)])
}

const sizes: Readonly<Record<FieldType, number>> = { u8: 1, u16: 2, u32: 4, bytes32: 32 }

function encodeFields(fields: Fields, values: Readonly<Record<string, number | Uint8Array>>): number[] {
  return Object.entries(fields).flatMap(([name, type]) => encodeField(name, type, values[name]))
}

function encodeField(name: string, type: FieldType, value: number | Uint8Array | undefined): number[] {
  const size = sizes[type]
  if (value instanceof Uint8Array) {
    if (value.length !== size) throw new RangeError(`${name} has ${value.length} bytes, ${size} are needed`)
    return [...value]
  }
  if (value === undefined || !Number.isInteger(value) || value < 0 || value >= 256 ** size) {
    throw new RangeError(`${name} is ${value}, a whole number below ${256 ** size} is needed`)
  }
  return Array.from({ length: size }, (_, index) => Math.floor(value / 256 ** (size - 1 - index)) & 0xff)
}

/** Values by field name, or undefined when there are not exactly as many bytes as the fields need. */
export function decodeFields(fields: Fields, bytes: Uint8Array): Record<string, number | Uint8Array> | undefined {
  const values: Record<string, number | Uint8Array> = {}
  let offset = 0
  for (const [name, type] of Object.entries(fields)) {
    const raw = bytes.slice(offset, offset + sizes[type])
    if (raw.length < sizes[type]) return undefined
    values[name] = type === 'bytes32' ? raw : raw.reduce((number, byte) => number * 256 + byte, 0)
    offset += sizes[type]
  }
  return offset === bytes.length ? values : undefined
}

/** The compiler cannot follow a row's fields through `decodeFields`, which builds exactly the members they name. */
function typedAnswer<N extends CommandName>(values: Record<string, number | Uint8Array>): Answer<N> {
  return values as Answer<N>
}
