/**
 * The numbers of access lists: a version in a series. A door takes no list with lower ones than it has, so the next is
 * always higher, also than what a door says it has, as far as that can be true. Pure.
 */

import { ACCESS_VERSION_MAX } from '#contract/identifiers.ts'

export interface ListNumber {
  /** Epoch ms at which the numbering began; 0 for lists made before there were series. */
  readonly series: number
  /** 0 when the next list shall begin a new series. */
  readonly version: number
}

/**
 * How far a door's word is followed. A backup lacks what was issued since: a change each half minute for a year. A door's
 * token may be in wrong hands, and each word of it may use up no more than this.
 */
const VERSION_LEAP_MAX = 1_000_000

/**
 * Whether what a door says it has is older than or the same as what was issued, `newer` as after a restored backup, or
 * `impossible`: nobody but whoever has the door's token can have made it up. A series was once the server's own time.
 */
export function judgeClaim(claimed: ListNumber, issued: ListNumber, nowMs: number): 'known' | 'newer' | 'impossible' {
  // The first list of a new series, due now, is newer than whatever the door has.
  if (issued.version === 0 || claimed.series < issued.series) return 'known'
  if (claimed.series > issued.series) return claimed.series <= nowMs ? 'newer' : 'impossible'
  if (claimed.version <= issued.version) return 'known'
  return claimed.version - issued.version <= VERSION_LEAP_MAX ? 'newer' : 'impossible'
}

/** A program of before there were series refuses a list with a lower version, whatever its series. */
export function comparesVersionsAlone(claimed: ListNumber, issued: ListNumber): boolean {
  return claimed.series === 0 && issued.series > 0 && issued.version > 0 && claimed.version >= issued.version
}

/**
 * @param last of the list issued before; undefined for a first one, which may follow some that the registry lost
 * @param claimed of the list that the door has, when that is newer
 */
export function nextNumber(last: ListNumber | undefined, nowMs: number, claimed = last): ListNumber {
  if (last === undefined || claimed === undefined) return { series: nowMs, version: 1 }
  const version = newest(last, claimed) + 1
  if (last.version > 0 && claimed.series === last.series && version <= ACCESS_VERSION_MAX)
    return { ...claimed, version }
  // A clock that was set back begins no older series.
  return { series: Math.max(nowMs, last.series + 1, claimed.series + 1), version: 1 }
}

function newest(...numbers: readonly ListNumber[]): number {
  return Math.max(...numbers.map(({ version }) => version))
}
