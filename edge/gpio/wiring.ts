/** Which pin of the header is which line of the door, and what its wiring means. */
import type { InputLine, OutputLine } from './port.ts'

export interface Line {
  /** Broadcom's number, as in GPIO17; not the number of the pin on the header, nor of the kernel. */
  readonly bcm: number
  /** The line means 1 while its voltage is low. */
  readonly activeLow: boolean
}

/** A line without a pin is not wired. */
export type InputWiring = Partial<Readonly<Record<InputLine, Line | undefined>>>
export type OutputWiring = Partial<Readonly<Record<OutputLine, Line | undefined>>>
export type Wiring = InputWiring & OutputWiring & { readonly strike?: Line | undefined }

/** GPIO0 to GPIO27 are on the 40-pin header; a Compute Module brings out up to GPIO53. */
const BCM_MAX = 53

/** `17`, or `17!` for a line that is active while low. */
export function parseLine(text: string): Line | undefined {
  const [, digits, low] = /^(\d{1,2})(!?)$/.exec(text.trim()) ?? []
  const bcm = Number(digits)
  return digits !== undefined && bcm <= BCM_MAX ? { bcm, activeLow: low === '!' } : undefined
}

export function formatLine({ bcm, activeLow }: Line): string {
  return `${bcm}${activeLow ? '!' : ''}`
}

/** The first pin that two lines claim, in words; undefined when each has its own. */
export function sharedPin(wiring: Wiring): string | undefined {
  const owners = new Map<number, string>()
  for (const [name, line] of Object.entries(wiring)) {
    if (line === undefined) continue
    const owner = owners.get(line.bcm)
    if (owner !== undefined) return `GPIO${line.bcm} is given to ${owner} and to ${name}`
    owners.set(line.bcm, name)
  }
  return undefined
}

/**
 * How long a new level must last before it counts: a reed contact and a push button bounce, relays of a fire panel or
 * of a power supply more so; the touch output of a sensor comes from a comparator and does not.
 */
export const quietMs: Readonly<Record<InputLine, number>> = {
  contact: 50,
  exit: 30,
  touch: 0,
  fire: 100,
  tamper: 100,
  power: 100,
  interlock: 50,
}

/** Labels of the chip behind the 40-pin header: Pi 1 to 3, Pi 4, Pi 5. Its number differs from kernel to kernel. */
export const headerChipLabels: readonly string[] = ['pinctrl-bcm2835', 'pinctrl-bcm2711', 'pinctrl-rp1']
