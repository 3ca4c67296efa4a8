/**
 * The kernel's sysfs GPIO class as a program sees it, over wires that a test drives and watches: files, their words and
 * their refusals (drivers/gpio/gpiolib-sysfs.c). A line keeps its voltage whatever becomes of the program.
 */
import type { constants as osConstants } from 'node:os'

export type Voltage = 0 | 1

export interface Chip {
  readonly label: string
  /** Number of its first line. */
  readonly base: number
  readonly lines: number
}

/** What the kernel refuses, as the error that the program gets. */
export class Refused extends Error {
  readonly code: keyof typeof osConstants.errno

  constructor(code: keyof typeof osConstants.errno) {
    super(code)
    this.code = code
  }
}

interface Wire {
  /** What resistor, switch or sensor make of it while the chip does not drive it. */
  outside: Voltage
  voltage: Voltage
  direction: 'in' | 'out'
  isExported: boolean
  edge: string
  activeLow: 0 | 1
  /** Of the events that a poll tells; at 1 as the kernel begins. */
  events: number
}

export interface GpioClassOptions {
  readonly chips: readonly Chip[]
  /** Numbers of lines that a resistor pulls up. */
  readonly pulledUp: readonly number[]
  readonly onVoltage: (number: number, voltage: Voltage) => void
  /** The file tells a poll that there is something new. */
  readonly onEvent: (path: string) => void
}

export interface GpioClass {
  /** Names in a directory; undefined when it is none. */
  names(path: string): string[] | undefined
  has(path: string): boolean
  /** @throws Refused */
  read(path: string): string
  /** @throws Refused */
  write(path: string, text: string): void
  events(path: string): number
  /** From outside. @throws Error on an output: that would be a short circuit */
  drive(number: number, voltage: Voltage): void
}

/** As at boot: an input that nobody has asked for. */
const untouched = { direction: 'in', isExported: false, edge: 'none', activeLow: 0, events: 1 } as const
const chipFiles = ['base', 'label', 'ngpio']
const lineFiles = ['active_low', 'direction', 'edge', 'value']

export function createGpioClass(options: GpioClassOptions): GpioClass {
  const { chips, onVoltage, onEvent } = options
  const wires = wiresOf(options)
  const chipDirectories = new Map(chips.map((chip) => [`gpiochip${chip.base}`, chip]))
  const exported = (name: string) => {
    const wire = wires.get(numberIn(name))
    return wire?.isExported && name === `gpio${numberIn(name)}` ? wire : undefined
  }
  const names = (path: string) => {
    if (path === '') {
      const lines = [...wires].filter(([, wire]) => wire.isExported).map(([number]) => `gpio${number}`)
      return ['export', 'unexport', ...chipDirectories.keys(), ...lines]
    }
    if (chipDirectories.has(path)) return chipFiles
    return exported(path) ? lineFiles : undefined
  }
  const setVoltage = (number: number, wire: Wire, voltage: Voltage) => {
    if (wire.voltage === voltage) return
    wire.voltage = voltage
    onVoltage(number, voltage)
    const edge = (voltage ^ wire.activeLow) === 1 ? 'rising' : 'falling'
    if (!wire.isExported || wire.direction !== 'in' || ![edge, 'both'].includes(wire.edge)) return
    wire.events += 1
    onEvent(`gpio${number}/value`)
  }
  const changeExport = (text: string, isExported: boolean) => {
    const wire = wires.get(Number(text))
    if (!wire || (!isExported && !wire.isExported)) throw new Refused('EINVAL')
    if (isExported && wire.isExported) throw new Refused('EBUSY')
    wire.isExported = isExported
    if (!isExported) Object.assign(wire, { edge: 'none', activeLow: 0 })
  }
  return {
    names,
    has: (path) => names(path) !== undefined || names(directoryOf(path))?.includes(fileOf(path)) === true,
    read: (path) => {
      const [directory, file] = [directoryOf(path), fileOf(path)]
      const chip = chipDirectories.get(directory)
      if (chip) return `${{ base: chip.base, label: chip.label, ngpio: chip.lines }[file]}\n`
      const wire = exported(directory)
      if (!wire) throw new Refused('EACCES')
      const { voltage, activeLow, direction, edge } = wire
      return `${{ value: voltage ^ activeLow, active_low: activeLow, direction, edge }[file]}\n`
    },
    write: (path, text) => {
      const [directory, file, word] = [directoryOf(path), fileOf(path), text.trim()]
      if (path === 'export' || path === 'unexport') return changeExport(word, path === 'export')
      const wire = exported(directory)
      if (!wire) throw new Refused('EACCES')
      const voltage = configure(wire, file, word)
      if (voltage !== undefined) setVoltage(numberIn(directory), wire, voltage)
    },
    events: (path) => exported(directoryOf(path))?.events ?? 0,
    drive: (number, voltage) => {
      const wire = wires.get(number)
      if (wire?.direction !== 'in') throw new Error(`GPIO ${number} is no input: it cannot be driven from outside`)
      wire.outside = voltage
      setVoltage(number, wire, voltage)
    },
  }
}

/** @returns the voltage that the wire has from now on, if the file says so */
function configure(wire: Wire, file: string, word: string): Voltage | undefined {
  if (file === 'edge') return setEdge(wire, word)
  if (file === 'direction') return setDirection(wire, word)
  if (!/^\d+$/.test(word)) throw new Refused('EINVAL')
  const level = Number(word) === 0 ? 0 : 1
  if (file === 'active_low') {
    wire.activeLow = level
    return undefined
  }
  if (wire.direction !== 'out') throw new Refused('EPERM')
  return level === wire.activeLow ? 0 : 1
}

function setEdge(wire: Wire, word: string): undefined {
  if (!['none', 'rising', 'falling', 'both'].includes(word)) throw new Refused('EINVAL')
  if (word !== 'none' && wire.direction === 'out') throw new Refused('EIO')
  wire.edge = word
}

/** `high` and `low` are voltages, whatever active_low says. */
function setDirection(wire: Wire, word: string): Voltage {
  if (!['in', 'out', 'low', 'high'].includes(word)) throw new Refused('EINVAL')
  wire.direction = word === 'in' ? 'in' : 'out'
  if (word === 'in') return wire.outside
  return word === 'high' ? 1 : 0
}

function wiresOf({ chips, pulledUp }: GpioClassOptions): Map<number, Wire> {
  const numbers = chips.flatMap(({ base, lines }) => Array.from({ length: lines }, (_, index) => base + index))
  return new Map(
    numbers.map((number) => {
      const outside = pulledUp.includes(number) ? 1 : 0
      return [number, { ...untouched, outside, voltage: outside }]
    }),
  )
}

function numberIn(name: string): number {
  return Number(/^gpio(\d+)$/.exec(name)?.[1] ?? Number.NaN)
}

function directoryOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : ''
}

function fileOf(path: string): string {
  return path.slice(path.indexOf('/') + 1)
}
