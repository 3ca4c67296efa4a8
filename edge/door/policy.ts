/** May the person whose finger matched enter now? Pure: the door's one place where that is answered. */
import type { AccessList } from '#contract/access-list.ts'
import type { DenialReason } from '#contract/door.ts'
import type { ClockState } from '#contract/identifiers.ts'

export interface Question {
  /** The list in force; undefined when none was ever received. */
  readonly list: AccessList | undefined
  /** Undefined when no template matched; `person` is undefined when nobody is known to own the matched template. */
  readonly match: { readonly person: string | undefined; readonly score: number } | undefined
  readonly wallMs: number
  readonly clock: ClockState
}

export type Decision =
  | { readonly granted: true; readonly person: string; readonly score: number }
  | { readonly granted: false; readonly reason: DenialReason; readonly person?: string }

type Entry = AccessList['people'][number]

/** Granted when one of the person's entries is valid now; otherwise the reason that comes closest to a grant. */
export function decide({ list, match, wallMs, clock }: Question): Decision {
  if (!match) return { granted: false, reason: 'not-found' }
  const { person } = match
  const known = person === undefined ? {} : { person }
  if (!list) return { granted: false, reason: 'no-list', ...known }
  const entries = list.people.filter((entry) => entry.person === person)
  if (person === undefined || entries.length === 0) return { granted: false, reason: 'not-assigned', ...known }
  const verdicts = entries.map((entry) => judge(entry, wallMs, clock))
  if (verdicts.includes('valid')) return { granted: true, person, score: match.score }
  const reason = (['clock-unset', 'not-yet-valid'] as const).find((each) => verdicts.includes(each)) ?? 'expired'
  return { granted: false, reason, person }
}

/** A clock that cannot be trusted decides no dates: it lets in only those whose entry has none. */
function judge({ from, until }: Entry, wallMs: number, clock: ClockState) {
  if (from === 0 && until === null) return 'valid'
  if (clock === 'unset') return 'clock-unset'
  if (wallMs < from) return 'not-yet-valid'
  return until === null || wallMs < until ? 'valid' : 'expired'
}
