/**
 * Lines over the kernel's GPIO character device (v2): for every Raspberry Pi with a current kernel, and the only way
 * on a Pi 5. The kernel debounces, pulls the inputs up, counts the edges, and keeps each line to one owner.
 */
import { type GpioKernel, linuxKernel } from './cdev-kernel.ts'
import { LinesError } from './lines-error.ts'
import { createListeners } from './listeners.ts'
import {
  type Edge,
  type GpioPort,
  type GuardLines,
  type InputLine,
  inputLines,
  type Level,
  type OutputPort,
  outputLines,
  restLevels,
} from './port.ts'
import {
  type Attribute,
  bitsOf,
  CHIP_INFO_BYTES,
  decodeChipInfo,
  decodeEvent,
  decodeValues,
  EVENT_BYTES,
  encodeLineRequest,
  encodeValues,
  flags,
  lineDescriptor,
  maskOf,
  requests,
} from './uapi.ts'
import { headerChipLabels, type InputWiring, type Line, type OutputWiring, quietMs } from './wiring.ts'

/** How long a close waits at most, and how often the wait looks whether it is still wanted. */
const WAIT_MS = 250
const EVENTS_AT_ONCE = 16
const US_IN_MS = 1_000

/** @throws LinesError when the kernel has no such device or chip, or does not give the lines */
export async function openCdevInputs(wiring: InputWiring, kernel = linuxKernel): Promise<GpioPort> {
  const wired = inputLines.flatMap((name) => (wiring[name] ? [{ name, line: wiring[name] }] : []))
  const attributes = inputAttributes(wired.map(({ name, line }) => ({ ...line, quietMs: quietMs[name] })))
  const fd = requestLines(kernel, { lines: wired.map(({ line }) => line), attributes, consumer: 'siaga door' })
  const names = new Map<number, InputLine>(wired.map(({ name, line }) => [line.bcm, name]))
  const edges = createListeners<Edge>()
  const levels = new Map<InputLine, Level>()
  const take = (line: InputLine, level: Level) => {
    if (levels.get(line) === level) return
    levels.set(line, level)
    edges.tell({ line, level })
  }
  const readAll = () => {
    for (const [index, level] of valuesOf(kernel, fd, wired.length).entries()) {
      const name = wired[index]?.name
      if (name) take(name, level)
    }
  }
  readAll()
  const takeEvent = (offset: number, level: Level) => {
    const name = names.get(offset)
    if (name) take(name, level)
  }
  const stop = watchEvents({ kernel, fd, takeEvent, resync: readAll })
  return {
    read: (line) => levels.get(line) ?? 0,
    onEdge: edges.add,
    close: async () => {
      await stop()
      kernel.close(fd)
    },
  }
}

/** Each is at rest from the moment it is had. */
export async function openCdevOutputs(wiring: OutputWiring, kernel = linuxKernel): Promise<OutputPort> {
  const wired = outputLines.flatMap((name) => (wiring[name] ? [{ name, line: wiring[name] }] : []))
  if (wired.length === 0) return { write: () => {}, close: () => {} } // the kernel gives no empty request
  const levels = wired.map(({ name }) => restLevels[name])
  const fd = requestOutputs(kernel, { lines: wired.map(({ line }) => line), levels, consumer: 'siaga door' })
  const set = () => kernel.ioctl(fd, requests.setValues, encodeValues(levels))
  return {
    write: (line, level) => {
      const index = wired.findIndex(({ name }) => name === line)
      if (index < 0) return
      levels[index] = level
      set()
    },
    close: () => {
      for (const [index, { name }] of wired.entries()) levels[index] = restLevels[name]
      set()
      kernel.close(fd)
    },
  }
}

const CONSUMER_OF_STRIKE = 'siaga strike guard'

/** For the strike guard. The strike is locked from the moment the line is had. */
export async function openCdevGuardLines(
  strike: Line,
  fire: Line | undefined,
  kernel = linuxKernel,
): Promise<GuardLines> {
  const strikeFd = requestStrike(kernel, strike)
  const fireFd = fire && requestFire(kernel, fire)
  return {
    setStrike: (level) => kernel.ioctl(strikeFd, requests.setValues, encodeValues([level])),
    readFire: () => (fireFd === undefined ? 0 : (valuesOf(kernel, fireFd, 1)[0] ?? 0)),
  }
}

/** Takes the line, which locks it, and lets go. @throws LinesError when somebody holds it */
export function relockCdev(strike: Line, kernel = linuxKernel): void {
  kernel.close(requestStrike(kernel, strike))
}

function requestStrike(kernel: GpioKernel, strike: Line): number {
  return requestOutputs(kernel, { lines: [strike], levels: [0], consumer: CONSUMER_OF_STRIKE })
}

interface OutputPlan {
  readonly lines: readonly Line[]
  /** Of each line from its first moment. */
  readonly levels: readonly Level[]
  readonly consumer: string
}

function requestOutputs(kernel: GpioKernel, { lines, levels, consumer }: OutputPlan): number {
  const polarities = masksBy(lines, ({ activeLow }) => activeLow)
  const attributes: Attribute[] = [
    ...polarities.map(
      ([low, mask]): Attribute => ({ kind: 'flags', flags: flags.output | (low ? flags.activeLow : 0n), mask }),
    ),
    { kind: 'outputValues', bits: bitsOf(levels), mask: maskOf(lines.length) },
  ]
  return requestLines(kernel, { lines, attributes, consumer })
}

/** Its level is read, so the kernel need not tell its edges. */
function requestFire(kernel: GpioKernel, fire: Line): number {
  const attributes = inputAttributes([{ ...fire, quietMs: 0 }])
  return requestLines(kernel, { lines: [fire], attributes, consumer: CONSUMER_OF_STRIKE })
}

interface InputPlan extends Line {
  readonly quietMs: number
}

/**
 * Switches are wired to ground, so inputs are pulled up: a cut wire reads as an open contact. Lines that are alike
 * share an attribute, of which a request holds ten.
 */
function inputAttributes(lines: readonly InputPlan[]): Attribute[] {
  const polarities = masksBy(lines, ({ activeLow }) => activeLow)
  const periods = masksBy(lines, ({ quietMs }) => quietMs)
  const both = flags.input | flags.risingEdges | flags.fallingEdges | flags.pullUp
  return [
    ...polarities.map(
      ([low, mask]): Attribute => ({ kind: 'flags', flags: low ? both | flags.activeLow : both, mask }),
    ),
    ...periods.flatMap(([ms, mask]): Attribute[] =>
      ms === 0 ? [] : [{ kind: 'debounce', periodUs: ms * US_IN_MS, mask }],
    ),
  ]
}

/** Each value there is, with the bits of the lines that have it. */
function masksBy<L, T>(lines: readonly L[], by: (line: L) => T): [T, bigint][] {
  const masks = new Map<T, bigint>()
  for (const [index, line] of lines.entries()) {
    const value = by(line)
    masks.set(value, (masks.get(value) ?? 0n) | (1n << BigInt(index)))
  }
  return [...masks]
}

interface RequestPlan {
  readonly lines: readonly Line[]
  readonly attributes: readonly Attribute[]
  readonly consumer: string
}

/** @returns the descriptor of the lines; they are held until it is closed */
function requestLines(kernel: GpioKernel, { lines, attributes, consumer }: RequestPlan): number {
  const chip = openHeaderChip(kernel)
  const request = encodeLineRequest({ offsets: lines.map(({ bcm }) => bcm), consumer, attributes })
  try {
    kernel.ioctl(chip, requests.getLine, request)
    return lineDescriptor(request)
  } catch (error) {
    const pins = lines.map(({ bcm }) => `GPIO${bcm}`).join(', ')
    const { code, message } = error as NodeJS.ErrnoException
    const busy = code === 'EBUSY' ? '. Another program holds one of them: gpioinfo names it' : ''
    throw new LinesError(`The kernel does not give ${pins}: ${message}${busy}.`)
  } finally {
    kernel.close(chip)
  }
}

function openHeaderChip(kernel: GpioKernel): number {
  const seen: string[] = []
  for (const path of kernel.chips()) {
    const fd = openChip(kernel, path)
    const bytes = Buffer.alloc(CHIP_INFO_BYTES)
    kernel.ioctl(fd, requests.chipInfo, bytes)
    const { label } = decodeChipInfo(bytes)
    if (headerChipLabels.includes(label)) return fd
    seen.push(`${path} is ${label}`)
    kernel.close(fd)
  }
  const chips = seen.join(', ') || 'there is no /dev/gpiochip*, so this kernel has no GPIO'
  throw new LinesError(
    `SIAGA_GPIO is "cdev", and no chip is the header of a Raspberry Pi (${chips}). Expected one of ${headerChipLabels.join(', ')}.`,
  )
}

function openChip(kernel: GpioKernel, path: string): number {
  try {
    return kernel.open(path)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const advice = code === 'EACCES' ? ' Put the user of the door agent into the group gpio.' : ''
    throw new LinesError(`${path} cannot be opened: ${message}.${advice}`)
  }
}

function valuesOf(kernel: GpioKernel, fd: number, count: number): Level[] {
  const bytes = encodeValues(Array<Level>(count).fill(0))
  kernel.ioctl(fd, requests.getValues, bytes)
  return decodeValues(bytes, count)
}

interface EventWatch {
  readonly kernel: GpioKernel
  readonly fd: number
  readonly takeEvent: (offset: number, level: Level) => void
  /** Events were lost: the levels are to be read. */
  readonly resync: () => void
}

/** Returns how to stop, which resolves when nothing waits on the descriptor any more. */
function watchEvents({ kernel, fd, takeEvent, resync }: EventWatch): () => Promise<void> {
  const bytes = Buffer.alloc(EVENT_BYTES * EVENTS_AT_ONCE)
  let [wanted, seqno] = [true, 0]
  const readEvents = () => {
    const count = Math.floor(kernel.read(fd, bytes) / EVENT_BYTES)
    let lost = false
    for (let index = 0; index < count; index++) {
      const event = decodeEvent(bytes.subarray(index * EVENT_BYTES))
      lost ||= event.seqno !== seqno + 1
      seqno = event.seqno
      takeEvent(event.offset, event.level)
    }
    if (lost) resync()
  }
  const watch = async () => {
    while (wanted) {
      // A read only after the wait, so it never blocks; what fails ends the process, whose end locks the door.
      if ((await kernel.waitReadable(fd, WAIT_MS)) && wanted) readEvents()
    }
  }
  const watching = watch()
  return async () => {
    wanted = false
    await watching
  }
}
