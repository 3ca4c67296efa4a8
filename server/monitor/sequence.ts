/** Reads the running numbers of a counting sender: what is new, what is a repetition, what is missing. */

/** Highest number seen of one boot of a sender. */
export interface CountedBoot {
  boot: string
  seq: number
}

/** The running boot and one before it, or two replicas that beat side by side. */
const BOOTS_REMEMBERED = 2

export interface SequenceReading {
  /** False for a number at or below one already seen of the same boot: it must not overwrite a newer status. */
  readonly fresh: boolean
  /** Numbers skipped just before this one. */
  readonly missing: number
}

const next: SequenceReading = { fresh: true, missing: 0 }
const repetition: SequenceReading = { fresh: false, missing: 0 }

/**
 * Takes one number into `counted` (altered in place, most recent boot first).
 * A boot not seen before begins wherever its first heard number is: what came before was not ours to hear.
 */
export function readSequence(counted: CountedBoot[], boot: string, seq: number): SequenceReading {
  const known = counted[0]?.boot === boot ? counted[0] : counted.find((entry) => entry.boot === boot)
  if (known === undefined) {
    counted.unshift({ boot, seq })
    if (counted.length > BOOTS_REMEMBERED) counted.pop()
    return next
  }
  if (seq <= known.seq) return repetition
  const missing = seq - known.seq - 1
  known.seq = seq
  return missing === 0 ? next : { fresh: true, missing }
}
