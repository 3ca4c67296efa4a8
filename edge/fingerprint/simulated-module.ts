/**
 * What a fingerprint module does with a command: buffers, library, password and registers, without bytes or time.
 * A template is a string here; two touches of one finger give the same string, so Search finds its slot.
 */
import { type CommandName, commands, decodeFields, encodeAnswer } from './commands.ts'
import {
  confirmations,
  defaultAddress,
  NOTEPAD_PAGES,
  registers,
  SLOTS_PER_INDEX_PAGE,
  ZFM_SYSTEM_ID,
} from './datasheet.ts'

export interface ModuleOptions {
  readonly capacity?: number
  readonly password?: number
  readonly address?: number
  /** Commands this model does not know; optical modules have no coloured light. */
  readonly unsupported?: readonly CommandName[]
  /** Templates by slot, as left by an earlier enrolment. */
  readonly library?: Iterable<readonly [slot: number, template: string]>
  /** Pages of the notepad, 32 bytes each. */
  readonly notepad?: Iterable<readonly [page: number, content: Uint8Array]>
  /** 0x0009 is the ZFM-20 line, with two feature buffers; 0 the R503, with six. */
  readonly systemId?: number
}

const CAPACITY_DEFAULT = 200
const SECURITY_LEVEL_DEFAULT = 3
/** Packet size code 2 is 128 bytes, the R503's setting as shipped. */
const PACKET_SIZE_CODE = 2
/** 9600 × 6 = 57600 baud. */
const BAUD_FACTOR = 6
const SCORE_OF_A_MATCH = 161
const BUFFERS_R503 = 6
const BUFFERS_ZFM = 2

/** A finger whose image gives no features, as a wet or dirty one does. */
export const SMUDGED_FINGER = 'smudged'

type Values = Readonly<Record<string, number | Uint8Array>>
type Numbers = Readonly<Record<string, number>>

export class SimulatedModule {
  readonly library: Map<number, string>
  readonly capacity: number
  readonly address: number
  readonly notepad: Map<number, Uint8Array>
  readonly systemId: number
  /** The template of the finger on the glass. */
  finger: string | undefined
  /** What the ring light was told last. */
  light: Numbers | undefined
  /** Faults of the field: Store fails in flash, RegModel merges fingers that differ, no finger is ever seen. */
  readonly faults = { flash: false, mergesAnything: false, blind: false }
  #image: string | undefined
  #password: number
  #verified: boolean
  readonly #buffers = new Map<number, string>()
  readonly #registers = new Map<number, number>()

  readonly #unsupported: readonly CommandName[]

  constructor(options: ModuleOptions = {}) {
    const { capacity = CAPACITY_DEFAULT, password = 0, address = defaultAddress, library = [], notepad = [] } = options
    this.systemId = options.systemId ?? 0
    this.notepad = new Map(notepad)
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
    return this.#execute(name, values)
  }

  #execute(name: CommandName, values: Values): Uint8Array {
    if (name === 'writeNotepad') return this.#writeNotepad(values)
    const handler = this.#handlers[name]
    return handler ? handler(numbersOf(values)) : code(confirmations.ok)
  }

  /** The one request with raw bytes. */
  #writeNotepad({ page, content }: Values): Uint8Array {
    if (typeof page !== 'number' || page >= NOTEPAD_PAGES) return code(confirmations.badNotepadPage)
    if (this.faults.flash) return code(confirmations.flashFailed)
    if (content instanceof Uint8Array) this.notepad.set(page, content.slice())
    return code(confirmations.ok)
  }

  get #bufferCount(): number {
    return this.systemId === ZFM_SYSTEM_ID ? BUFFERS_ZFM : BUFFERS_R503
  }

  /** Features of buffers 1 and 2 are of one finger. */
  #alike(): boolean {
    return this.#buffers.get(1) !== undefined && this.#buffers.get(1) === this.#buffers.get(2)
  }

  /** A command without an entry is acknowledged with ok and does nothing: cancel, handshake, checkSensor. */
  readonly #handlers: { readonly [N in CommandName]?: (values: Numbers) => Uint8Array } = {
    setLed: (light) => {
      this.light = light
      return code(confirmations.ok)
    },
    captureImage: () => {
      if (this.finger === undefined || this.faults.blind) return code(confirmations.noFinger)
      this.#image = this.finger
      return code(confirmations.ok)
    },
    extractFeatures: ({ buffer = 0 }) => {
      if (this.#image === undefined) return code(confirmations.noImage)
      if (buffer < 1 || buffer > this.#bufferCount) return code(confirmations.failed)
      if (this.#image === SMUDGED_FINGER) return code(confirmations.tooMessy)
      this.#buffers.set(buffer, this.#image)
      return code(confirmations.ok)
    },
    match: () => {
      return this.#alike() ? encodeAnswer('match', { score: SCORE_OF_A_MATCH }) : code(confirmations.differ, 0, 0)
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
      return code(this.#alike() || this.faults.mergesAnything ? confirmations.ok : confirmations.mergeFailed)
    },
    storeTemplate: ({ buffer = 0, slot = 0 }) => {
      const template = this.#buffers.get(buffer)
      if (slot >= this.capacity) return code(confirmations.slotOutOfRange)
      if (template === undefined) return code(confirmations.failed)
      if (this.faults.flash) return code(confirmations.flashFailed)
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
        systemId: this.systemId,
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
    softReset: () => {
      this.restart()
      return code(confirmations.ok)
    },
    readNotepad: ({ page = 0 }) => {
      if (page >= NOTEPAD_PAGES) return code(confirmations.badNotepadPage)
      return encodeAnswer('readNotepad', { content: this.notepad.get(page) ?? new Uint8Array(32) })
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

function numbersOf(values: Values): Numbers {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (typeof value === 'number' ? [[name, value]] : [])),
  )
}
