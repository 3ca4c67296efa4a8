/** Assignments in words: for people, for `--json`, and as the command that makes them. */
import type { Assignment } from '../access/access-table.ts'
import { formatWib, iso } from './times.ts'

/** An assignment of `--json`. */
export function assignmentValue({ fromMs, untilMs, ...rest }: Assignment) {
  return { ...rest, from: iso(fromMs), until: untilMs === null ? null : iso(untilMs) }
}

export function assignmentText({ person, door, fromMs, untilMs, schedule, letter }: Assignment): string {
  const words = [
    `${person} may enter ${door} from ${formatWib(fromMs)}`,
    untilMs === null ? '' : ` until ${formatWib(untilMs)}`,
    schedule === null ? '' : ` in the hours of ${schedule}`,
    letter === null ? '' : ` by ${letter}`,
  ]
  return words.join('')
}

/** `assign asn-0001 ruang-komando --from …`, to undo what ended or replaced it. */
export function assignCommand({ person, door, fromMs, untilMs, schedule, letter }: Assignment): string {
  const options = [
    ['from', iso(fromMs)],
    ['until', untilMs === null ? undefined : iso(untilMs)],
    ['schedule', schedule ?? undefined],
    ['letter', letter === null ? undefined : `"${letter}"`],
  ]
  const written = options.flatMap(([name, value]) => (value === undefined ? [] : [` --${name} ${value}`]))
  return `assign ${person} ${door}${written.join('')}`
}
