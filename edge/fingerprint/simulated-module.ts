/**
 * What a fingerprint module does with a command: buffers, library, password and registers, without bytes or time.
 * A template is a string here; two touches of one finger give the same string, so Search finds its slot.
 */
import { type CommandName, commands, decodeFields, encodeAnswer } from './commands.ts'
import { confirmations, defaultAddress, registers, SLOTS_PER_INDEX_PAGE } from './datasheet.ts'

export interface ModuleOptions {
  readonly capacity?: number
  readonly password?: number
  readonly address?: number
  /** Commands this model does not know; optical modules have no coloured light. */
  readonly unsupported?: readonly CommandName[]
  /** Templates by slot, as left by an earlier enrolment. */
  readonly library?: Iterable<readonly [slot: number, template: string]>
}

const CAPACITY_DEFAULT = 200
const SECURITY_LEVEL_DEFAULT = 3
/** Packet size code 2 is 128 bytes, the R503's setting as shipped. */
const PACKET_SIZE_CODE = 2
/** 9600 × 6 = 57600 baud. */
const BAUD_FACTOR = 6
const SCORE_OF_A_MATCH = 161
const IMAGE_BUFFER_COUNT = 6

/** A finger whose image gives no features, as a wet or dirty one does. */
export const SMUDGED_FINGER = 'smudged'

type Values = Readonly<Record<string, number>>

export class SimulatedModule {
  readonly library: Map<number, string>
  readonly capacity: number
  readonly address: number
  /** The template of the finger on the glass. */
  finger: string | undefined
  #image: string | undefined
  #password: number
  #verified: boolean
  readonly #buffers = new Map<number, string>()
  readonly #registers = new Map<number, number>()

  readonly #unsupported: readonly CommandName[]

  constructor(options: ModuleOptions = {}) {
    const { capacity = CAPACITY_DEFAULT, password = 0, address = defaultAddress, library = [] } = options
    this.#unsupported = options.unsupported ?? []
    this.capacity = capacity
    this.address = address
    this.library = new Map(library)
    this.#password = password
    this.#verified = password === 0
  }

  /** Power lost and back: volatile state is gone, the flash (library, password, registers) stays. */
  restart(): void {
    this.#image = undefined
    this.#buffers.clear()
    this.#verified = this.#password === 0
  }

  /** Payload of the acknowledgement to a command's payload. */
  answer(payload: Uint8Array): Uint8Array {
    const name = commandNames.find((candidate) => commands[candidate].instruction === payload[0])
    if (!name || this.#unsupported.includes(name)) return code(confirmations.unsupported)
    const values = decodeFields(commands[name].request, payload.subarray(1))
    if (!values) return code(confirmations.badPacket)
    if (!this.#verified && name !== 'verifyPassword') return code(confirmations.verifyPasswordFirst)
    return this.#execute(name, numbersOf(values))
  }

  #execute(name: CommandName, values: Values): Uint8Array {
    const handler = this.#handlers[name]
    return handler ? handler(values) : code(confirmations.ok)
  }

  /** A command without an entry is acknowledged with ok and does nothing: cancel, handshake, checkSensor, setLed, softReset. */
  readonly #handlers: { readonly [N in CommandName]?: (values: Values) => Uint8Array } = {
    captureImage: () => {
      if (this.finger === undefined) return code(confirmations.noFinger)
      this.#image = this.finger
      return code(confirmations.ok)
    },
    extractFeatures: ({ buffer = 0 }) => {
      if (this.#image === undefined) return code(confirmations.noImage)
      if (buffer < 1 || buffer > IMAGE_BUFFER_COUNT) return code(confirmations.failed)
      if (this.#image === SMUDGED_FINGER) return code(confirmations.tooMessy)
      this.#buffers.set(buffer, this.#image)
      return code(confirmations.ok)
    },
    match: () => {
      const same = this.#buffers.get(1) !== undefined && this.#buffers.get(1) === this.#buffers.get(2)
      return same ? encodeAnswer('match', { score: SCORE_OF_A_MATCH }) : code(confirmations.differ, 0, 0)
    },
    search: ({ buffer = 0, start = 0, count = 0 }) => {
      const wanted = this.#buffers.get(buffer)
      for (const [slot, template] of this.library) {
        if (template === wanted && slot >= start && slot < start + count) {
          return encodeAnswer('search', { slot, score: SCORE_OF_A_MATCH })
        }
      }
      return code(confirmations.notFound, 0, 0, 0, 0)
    },
    mergeFeatures: () => {
      const same = this.#buffers.get(1) !== undefined && this.#buffers.get(1) === this.#buffers.get(2)
      return code(same ? confirmations.ok : confirmations.mergeFailed)
    },
    storeTemplate: ({ buffer = 0, slot = 0 }) => {
      const template = this.#buffers.get(buffer)
      if (slot >= this.capacity) return code(confirmations.slotOutOfRange)
      if (template === undefined) return code(confirmations.failed)
      this.library.set(slot, template)
      return code(confirmations.ok)
    },
    loadTemplate: ({ buffer = 0, slot = 0 }) => {
      const template = this.library.get(slot)
      if (template === undefined) return code(confirmations.templateUnreadable)
      this.#buffers.set(buffer, template)
      return code(confirmations.ok)
    },
    deleteTemplates: ({ slot = 0, count = 0 }) => {
      if (slot + count > this.capacity) return code(confirmations.deleteFailed)
      for (let index = slot; index < slot + count; index += 1) this.library.delete(index)
      return code(confirmations.ok)
    },
    emptyLibrary: () => {
      this.library.clear()
      return code(confirmations.ok)
    },
    writeRegister: ({ register = 0, value = 0 }) => {
      if (!knownRegisters.includes(register)) return code(confirmations.badRegister)
      this.#registers.set(register, value)
      return code(confirmations.ok)
    },
    readParameters: () =>
      encodeAnswer('readParameters', {
        status: 0x0004,
        systemId: 0,
        capacity: this.capacity,
        securityLevel: this.#registers.get(registers.securityLevel) ?? SECURITY_LEVEL_DEFAULT,
        address: this.address,
        packetSizeCode: this.#registers.get(registers.packetSize) ?? PACKET_SIZE_CODE,
        baudFactor: this.#registers.get(registers.baud) ?? BAUD_FACTOR,
      }),
    setPassword: ({ password = 0 }) => {
      this.#password = password
      return code(confirmations.ok)
    },
    verifyPassword: ({ password = 0 }) => {
      this.#verified = password === this.#password
      return code(this.#verified ? confirmations.ok : confirmations.wrongPassword)
    },
    randomCode: () => encodeAnswer('randomCode', { code: 0xdead_beef }),
    countTemplates: () => encodeAnswer('countTemplates', { count: this.library.size }),
    readIndex: ({ page = 0 }) => {
      const used = new Uint8Array(32)
      for (const slot of this.library.keys()) {
        if (Math.floor(slot / SLOTS_PER_INDEX_PAGE) !== page) continue
        const byte = (slot % SLOTS_PER_INDEX_PAGE) >> 3
        used[byte] = (used[byte] ?? 0) | (1 << (slot % 8))
      }
      return encodeAnswer('readIndex', { used })
    },
  }
}

const knownRegisters: readonly number[] = Object.values(registers)
const commandNames = Object.keys(commands) as CommandName[]

function code(...bytes: number[]): Uint8Array {
  return Uint8Array.from(bytes)
}

/** Requests hold numbers only; raw bytes go the other way. */
function numbersOf(values: Record<string, number | Uint8Array>): Values {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (typeof value === 'number' ? [[name, value]] : [])),
  )
}
