/** From the guard's arguments to the lines it holds. Loads nothing but the driver of the backend in use. */
import { LinesError } from './lines-error.ts'
import type { GuardLines } from './port.ts'
import { type Line, parseLine } from './wiring.ts'

export interface GuardLinesPlan {
  readonly backend: string
  /** As in SIAGA_GPIO_STRIKE; not used by simulated lines. */
  readonly strike: string | undefined
  readonly fire: string | undefined
}

/** The strike is locked when this resolves. @throws LinesError when it cannot be had */
export async function openGuardLines({ backend, strike, fire }: GuardLinesPlan): Promise<GuardLines> {
  // The agent shows what the guard reports; the lines themselves are its own.
  if (backend === 'simulated') return { setStrike: () => {}, readFire: () => 0 }
  const [strikeLine, fireLine] = [lineOf('strike', strike), fire === undefined ? undefined : lineOf('fire', fire)]
  if (backend === 'onoff') return (await import('./onoff.ts')).openOnoffGuardLines(strikeLine, fireLine)
  if (backend === 'cdev') return (await import('./cdev.ts')).openCdevGuardLines(strikeLine, fireLine)
  throw new LinesError(`no such backend: "${backend}"`)
}

function lineOf(name: string, text: string | undefined): Line {
  const line = text === undefined ? undefined : parseLine(text)
  if (line === undefined) throw new LinesError(`the ${name} line is "${text}": expected a BCM number, as 17 or 17!`)
  return line
}
