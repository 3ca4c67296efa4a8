/**
 * A fingerprint module that speaks the protocol's bytes on any stream (a PTY, or one end of an in-memory pair), with
 * the faults seen in the field. The agent cannot tell it from hardware.
 */
import type { Duplex } from 'node:stream'
import { confirmations, instructions, packetKinds, READY_BYTE } from './datasheet.ts'
import { encodePacket, PREFIX_BYTES } from './packet.ts'
import { createParser, type ParserOutput } from './parser.ts'
import { type ModuleOptions, SimulatedModule } from './simulated-module.ts'

/**
 * What happens to one answer: `silent` none is sent; `flipped-bit` a payload bit is inverted; `half-frame` only its
 * first half is sent; `slow` it comes `slowMs` late; `noise` random-looking bytes, half a header among them, go first;
 * `wrong-address` it comes as from another module; `split` in pieces of one byte; `bad-packet-first` an acknowledgement
 * 0x01 goes before it, as an R503 does with Match. The command is
 * obeyed all the same.
 */
type AnswerFault =
  | 'silent'
  | 'flipped-bit'
  | 'half-frame'
  | 'slow'
  | 'noise'
  | 'wrong-address'
  | 'split'
  | 'bad-packet-first'

export interface SimulatorOptions extends ModuleOptions {
  /** Working time of each command by its instruction code, milliseconds; 0 when absent. */
  readonly delaysMs?: Readonly<Record<number, number>>
  readonly slowMs?: number
}

export interface SensorSimulator {
  /** Lays a finger on the glass; the same id is the same finger. */
  press(fingerId: string): void
  lift(): void
  /** What its flash holds: templates by slot, pages of the notepad. */
  readonly library: Map<number, string>
  readonly notepad: Map<number, Uint8Array>
  /** What the ring light was told last: mode, speed, colour, times. */
  light(): SimulatedModule['light']
  /** Lasting faults, switched on and off. */
  readonly faults: SimulatedModule['faults']
  /** Calls back after each command that may have changed the flash. */
  onFlash(listener: () => void): void
  /** The next answers suffer these faults, one each. */
  inject(...faults: AnswerFault[]): void
  /** The next answer to this instruction suffers this fault. */
  injectAt(instruction: number, fault: AnswerFault): void
  /** While true nothing is answered at all. */
  setSilent(silent: boolean): void
  /** It hangs: it obeys and answers nothing, a reset neither, until its power was off. */
  hang(): void
  /** Power lost and back: forgets the verified password and the buffers, then says it is ready. */
  dipPower(): void
  /** Sends bytes nobody asked for. */
  emit(bytes: Uint8Array): void
  /** Instruction codes received so far, the newest 1,000. */
  readonly received: readonly number[]
  /** How long it has worked so far: from the bytes that ended a command until its answer was written, milliseconds. */
  readonly workedMs: number
  /** Stops listening and answering; the stream stays the caller's. */
  close(): void
}

/** About one second past the longest time-out of a plain command. */
const SLOW_DEFAULT_MS = 2_000
const RECEIVED_MAX = 1_000
/** Commands that wait while one is worked on; a real module's receive buffer holds about as many. */
const JOBS_MAX = 16

interface Job {
  /** 0 for what is no command. */
  readonly instruction: number
  readonly workMs: number
  readonly answer: () => Uint8Array
  readonly fault: AnswerFault | undefined
}
/** Commands that write the flash. */
const flashInstructions: readonly number[] = [
  instructions.storeTemplate,
  instructions.deleteTemplates,
  instructions.emptyLibrary,
  instructions.writeNotepad,
]
const noiseBytes = Uint8Array.from([0x00, 0xef, 0x55, 0xef, 0x01, 0xff, 0x13])

export function createSensorSimulator(stream: Duplex, options: SimulatorOptions = {}): SensorSimulator {
  const { delaysMs = {}, slowMs = SLOW_DEFAULT_MS } = options
  const module = new SimulatedModule(options)
  const parser = createParser()
  const faults: AnswerFault[] = []
  const aimedFaults = new Map<number, AnswerFault>()
  const received: number[] = []
  const flashListeners: (() => void)[] = []
  let silent = false
  let hung = false
  const worker = createWorker((job) => {
    answer(stream, module.address, job.answer(), job.fault)
    if (flashInstructions.includes(job.instruction)) for (const listener of flashListeners) listener()
    if (job.instruction === instructions.softReset && !silent) stream.write(Uint8Array.of(READY_BYTE))
  })

  const enqueue = (workMs: number, instruction: number, execute: () => Uint8Array) => {
    const aimed = aimedFaults.get(instruction)
    aimedFaults.delete(instruction)
    const fault = silent ? 'silent' : (aimed ?? faults.shift())
    worker.take({ instruction, workMs: workMs + (fault === 'slow' ? slowMs : 0), answer: execute, fault })
  }
  const obey = (payload: Uint8Array) => {
    const instruction = payload[0] ?? 0
    received.push(instruction)
    if (received.length > RECEIVED_MAX) received.shift()
    enqueue(delaysMs[instruction] ?? 0, instruction, () => module.answer(payload))
  }
  const take = (output: ParserOutput) => {
    if (output.type === 'discarded') {
      if (output.reason === 'checksum') enqueue(0, 0, () => Uint8Array.of(confirmations.badPacket))
    } else if (output.packet.address === module.address && output.packet.kind === packetKinds.command) {
      obey(output.packet.payload)
    }
  }
  const onData = (bytes: Uint8Array) => {
    if (hung) return
    for (const output of parser.push(bytes, deviceMs())) take(output)
  }
  stream.on('data', onData)
  stream.write(Uint8Array.of(READY_BYTE))

  return {
    press: (fingerId) => {
      module.finger = fingerId
    },
    lift: () => {
      module.finger = undefined
    },
    library: module.library,
    notepad: module.notepad,
    light: () => module.light,
    faults: module.faults,
    onFlash: (listener) => void flashListeners.push(listener),
    inject: (...more) => void faults.push(...more),
    injectAt: (instruction, fault) => void aimedFaults.set(instruction, fault),
    setSilent: (value) => {
      silent = value
    },
    hang: () => {
      hung = true
    },
    dipPower: () => {
      hung = false
      module.restart()
      stream.write(Uint8Array.of(READY_BYTE))
    },
    emit: (bytes) => void stream.write(bytes),
    received,
    get workedMs() {
      return worker.workedMs
    },
    close: () => {
      stream.off('data', onData)
      worker.close()
    },
  }
}

/** Not a clock of the caller's: the simulator stands for another device. */
function deviceMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/** One command after the other, as the module's single processor does. */
function createWorker(finish: (job: Job) => void) {
  const jobs: (Job & { readonly heardMs: number })[] = []
  let workedMs = 0
  let timer: NodeJS.Timeout | undefined
  const workOn = () => {
    const job = jobs[0]
    if (!job || timer) return
    const done = () => {
      timer = undefined
      jobs.shift()
      finish(job)
      workedMs += deviceMs() - job.heardMs
      workOn()
    }
    if (job.workMs > 0) timer = setTimeout(done, job.workMs)
    else done()
  }
  return {
    take: (job: Job) => {
      if (jobs.length >= JOBS_MAX) return
      jobs.push({ ...job, heardMs: deviceMs() })
      workOn()
    },
    get workedMs() {
      return workedMs
    },
    close: () => {
      clearTimeout(timer)
      jobs.length = 0
    },
  }
}

function answer(stream: Duplex, ownAddress: number, payload: Uint8Array, fault: AnswerFault | undefined): void {
  const address = fault === 'wrong-address' ? (ownAddress ^ 1) >>> 0 : ownAddress
  const frameOf = (content: Uint8Array) => encodePacket({ address, kind: packetKinds.acknowledge, payload: content })
  if (fault === 'bad-packet-first') stream.write(frameOf(Uint8Array.of(confirmations.badPacket)))
  for (const bytes of spoil(frameOf(payload), fault)) stream.write(bytes)
}

function spoil(frame: Uint8Array, fault: AnswerFault | undefined): Uint8Array[] {
  switch (fault) {
    case 'silent':
      return []
    case 'half-frame':
      return [frame.slice(0, frame.length >> 1)]
    case 'split':
      return [...frame].map((byte) => Uint8Array.of(byte))
    case 'noise':
      return [noiseBytes, frame]
    case 'flipped-bit': {
      const flipped = frame.slice()
      flipped[PREFIX_BYTES] = (flipped[PREFIX_BYTES] ?? 0) ^ 0x04
      return [flipped]
    }
    default:
      return [frame]
  }
}
