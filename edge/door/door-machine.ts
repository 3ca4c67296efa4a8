/**
 * Lock and door leaf as one pure machine: `locked → unlocking → open → closed → locked`, and the alarms *forced*, *held*,
 * *tamper*, *power* and *fire*. The strike and the contact stay separate facts; times are monotonic milliseconds. A
 * mechanical key looks like force: only people can tell them apart, afterwards.
 */
import type { DoorAlarm } from '#contract/door.ts'

export interface DoorTimes {
  /** How long a release lasts when nobody opens. */
  readonly pulseMs: number
  /** How long the door may stand open. */
  readonly heldOpenMs: number
  /** When to ask that it be closed, before that. */
  readonly heldSoonMs: number
  /** How late the contact tells an opening: bounces are left out before. An opening at the very end was still allowed. */
  readonly settleMs: number
}

/** Lines that are an alarm as long as they are active. */
export type AlarmLine = Extract<DoorAlarm, 'tamper' | 'power' | 'fire'>
export type LeafAlarm = AlarmLine | Extract<DoorAlarm, 'forced' | 'held'>

export interface DoorLeaf {
  /** The door may be opened until then; `opened` once somebody went through. */
  readonly release: { readonly untilMs: number; readonly opened: boolean } | null
  /** Since when the door stands open; null while it is closed. */
  readonly openSinceMs: number | null
  /** The request to close it was made. */
  readonly heldSoon: boolean
  /** `fire` among them: the strike is released until the line returns, whatever else happens. */
  readonly alarms: readonly LeafAlarm[]
}

export type DoorInput =
  /** A grant, a command or the exit button: the door may be opened now, for its own pulse or another. */
  | { readonly type: 'release'; readonly pulseMs?: number }
  | { readonly type: 'contact'; readonly open: boolean }
  | { readonly type: 'line'; readonly line: AlarmLine; readonly active: boolean }
  /** The agent ends: whatever is released is locked now. */
  | { readonly type: 'lock' }
  /** Time has passed. */
  | { readonly type: 'tick' }

/** A fact to record, in the words of the contract. */
export type DoorFact =
  | { readonly kind: 'opened' | 'closed' | 'locked' | 'unopened' | 'forced' | 'held' | 'held.soon' }
  | { readonly kind: 'alarm.raised'; readonly alarm: AlarmLine }
  | { readonly kind: 'alarm.cleared'; readonly alarm: LeafAlarm }

export interface DoorStep {
  readonly leaf: DoorLeaf
  readonly facts: readonly DoorFact[]
}

/** The levels found at start. */
export interface FoundLines extends Readonly<Record<AlarmLine, boolean>> {
  readonly open: boolean
}

/** The leaf at start: alarms of an earlier run stay while their cause is still there, and end when it is found gone. */
export function initialLeaf({ open, ...lines }: FoundLines, standing: readonly LeafAlarm[], atMs: number): DoorStep {
  const remaining = standing.filter((alarm) => (isLine(alarm) ? lines[alarm] : open))
  const gone = standing.filter((alarm) => !remaining.includes(alarm))
  const found = alarmLines.filter((line) => lines[line] && !remaining.includes(line))
  return {
    leaf: { release: null, openSinceMs: open ? atMs : null, heldSoon: false, alarms: [...remaining, ...found] },
    facts: [...gone.map(cleared), ...found.map(raised)],
  }
}

/** True while the strike is released, for whatever reason. */
export function isReleased({ release, alarms }: DoorLeaf): boolean {
  return release !== null || alarms.includes('fire')
}

/**
 * True while the buzzer asks that the door be closed: from the request on, until it is closed, or the alarm that follows
 * is raised at the wall. In a fire it is silent.
 */
export function isBeeping(leaf: DoorLeaf): boolean {
  return leaf.openSinceMs !== null && leaf.heldSoon && mayBeHeld(leaf)
}

/** One input at `atMs`. Deadlines that passed before it come first, however late the timer that should have told. */
export function stepDoor(leaf: DoorLeaf, input: DoorInput, atMs: number, times: DoorTimes): DoorStep {
  const due = passTime(leaf, atMs, times)
  const next = apply(due.leaf, input, atMs, times)
  return { leaf: next.leaf, facts: [...due.facts, ...next.facts] }
}

/** When `stepDoor` must be called with a tick at the latest; undefined when nothing is due. */
export function nextDeadline(leaf: DoorLeaf, { heldOpenMs, heldSoonMs }: DoorTimes): number | undefined {
  const { release, openSinceMs, heldSoon } = leaf
  const deadlines = [
    ...(release ? [release.untilMs] : []),
    ...(openSinceMs !== null && mayBeHeld(leaf) ? [openSinceMs + heldOpenMs] : []),
    ...(openSinceMs !== null && mayBeHeld(leaf) && !heldSoon ? [openSinceMs + heldSoonMs] : []),
  ]
  return deadlines.length > 0 ? Math.min(...deadlines) : undefined
}

function passTime(leaf: DoorLeaf, atMs: number, { heldOpenMs, heldSoonMs }: DoorTimes): DoorStep {
  const locked = leaf.release && atMs >= leaf.release.untilMs ? lock(leaf) : { leaf, facts: [] }
  const { openSinceMs, alarms, heldSoon } = locked.leaf
  const openMs = openSinceMs === null || !mayBeHeld(locked.leaf) ? 0 : atMs - openSinceMs
  if (openMs >= heldOpenMs) {
    return {
      leaf: { ...locked.leaf, heldSoon: true, alarms: [...alarms, 'held'] },
      facts: [...locked.facts, { kind: 'held' }],
    }
  }
  if (heldSoon || openMs < heldSoonMs) return locked
  return { leaf: { ...locked.leaf, heldSoon: true }, facts: [...locked.facts, { kind: 'held.soon' }] }
}

/** In a fire the door may stand open. */
function mayBeHeld({ alarms }: DoorLeaf): boolean {
  return !alarms.includes('held') && !alarms.includes('fire')
}

function lock(leaf: DoorLeaf): DoorStep {
  if (!leaf.release) return { leaf, facts: [] }
  const unused: DoorFact[] = leaf.release.opened ? [] : [{ kind: 'unopened' }]
  return { leaf: { ...leaf, release: null }, facts: [...unused, { kind: 'locked' }] }
}

function apply(leaf: DoorLeaf, input: DoorInput, atMs: number, times: DoorTimes): DoorStep {
  const open = leaf.openSinceMs !== null
  switch (input.type) {
    case 'release':
      // While the fire panel releases the door there is no release of its own to end.
      if (leaf.alarms.includes('fire')) return { leaf, facts: [] }
      return {
        leaf: { ...leaf, release: { untilMs: atMs + (input.pulseMs ?? times.pulseMs) + times.settleMs, opened: open } },
        facts: [],
      }
    case 'contact':
      if (input.open === open) return { leaf, facts: [] }
      return input.open ? openLeaf(leaf, atMs) : closeLeaf(leaf)
    case 'line':
      if (input.active === leaf.alarms.includes(input.line)) return { leaf, facts: [] }
      return input.active ? raise(leaf, input.line) : clear(leaf, input.line, atMs)
    case 'lock':
      return lock(leaf)
    case 'tick':
      return { leaf, facts: [] }
  }
}

function openLeaf(leaf: DoorLeaf, atMs: number): DoorStep {
  const opened: DoorFact = { kind: 'opened' }
  const openSince = { openSinceMs: atMs, heldSoon: false }
  if (leaf.release)
    return { leaf: { ...leaf, ...openSince, release: { ...leaf.release, opened: true } }, facts: [opened] }
  if (leaf.alarms.includes('fire')) return { leaf: { ...leaf, ...openSince }, facts: [opened] }
  return { leaf: { ...leaf, ...openSince, alarms: [...leaf.alarms, 'forced'] }, facts: [opened, { kind: 'forced' }] }
}

/** A closed door ends its alarms, and the release with which it was opened: nobody slips in behind. */
function closeLeaf(leaf: DoorLeaf): DoorStep {
  const relocks = leaf.release?.opened === true
  const ended = leaf.alarms.filter((alarm) => !isLine(alarm))
  const facts: DoorFact[] = [{ kind: 'closed' }, ...ended.map(cleared)]
  if (relocks) facts.push({ kind: 'locked' })
  const alarms = leaf.alarms.filter(isLine)
  return { leaf: { release: relocks ? null : leaf.release, openSinceMs: null, heldSoon: false, alarms }, facts }
}

/** A fire takes over from whatever release there was; a door that stands open in it is not held. */
function raise(leaf: DoorLeaf, line: AlarmLine): DoorStep {
  if (line !== 'fire') return { leaf: { ...leaf, alarms: [...leaf.alarms, line] }, facts: [raised(line)] }
  const alarms = leaf.alarms.filter((alarm) => alarm !== 'held')
  const ended = leaf.alarms.filter((alarm) => alarm === 'held')
  return { leaf: { ...leaf, release: null, alarms: [...alarms, line] }, facts: [raised(line), ...ended.map(cleared)] }
}

/** When the fire panel lets go, the door locks, and one that stands open may do so no longer than any other time. */
function clear(leaf: DoorLeaf, line: AlarmLine, atMs: number): DoorStep {
  const alarms = leaf.alarms.filter((alarm) => alarm !== line)
  if (line !== 'fire') return { leaf: { ...leaf, alarms }, facts: [cleared(line)] }
  const openSinceMs = leaf.openSinceMs === null ? null : atMs
  return { leaf: { ...leaf, alarms, openSinceMs, heldSoon: false }, facts: [cleared(line), { kind: 'locked' }] }
}

const alarmLines: readonly AlarmLine[] = ['tamper', 'power', 'fire']

function isLine(alarm: LeafAlarm): alarm is AlarmLine {
  return alarm !== 'forced' && alarm !== 'held'
}

function raised(alarm: AlarmLine): DoorFact {
  return { kind: 'alarm.raised', alarm }
}

function cleared(alarm: LeafAlarm): DoorFact {
  return { kind: 'alarm.cleared', alarm }
}
