/**
 * Lock and door leaf as one pure machine: `locked → unlocking → open → closed → locked`, and the alarms *forced* and
 * *held*. The strike and the contact stay separate facts; times are monotonic milliseconds.
 */
import type { DoorAlarm } from '#contract/door.ts'

export interface DoorTimes {
  /** How long a release lasts when nobody opens. */
  readonly pulseMs: number
  /** How long the door may stand open. */
  readonly heldOpenMs: number
}

export type LeafAlarm = Exclude<DoorAlarm, 'sensor-lost'>

export interface DoorLeaf {
  /** The strike is released until then; `opened` once somebody went through. */
  readonly release: { readonly untilMs: number; readonly opened: boolean } | null
  /** Since when the door stands open; null while it is closed. */
  readonly openSinceMs: number | null
  readonly alarms: readonly LeafAlarm[]
}

export type DoorInput =
  /** A grant or the exit button: the door may be opened now. */
  | { readonly type: 'release' }
  | { readonly type: 'contact'; readonly open: boolean }
  /** The agent ends: whatever is released is locked now. */
  | { readonly type: 'lock' }
  /** Time has passed. */
  | { readonly type: 'tick' }

/** A fact to record, in the words of the contract. */
export type DoorFact =
  | { readonly kind: 'opened' | 'closed' | 'locked' | 'unopened' | 'forced' | 'held' }
  | { readonly kind: 'alarm.cleared'; readonly alarm: LeafAlarm }

export interface DoorStep {
  readonly leaf: DoorLeaf
  readonly facts: readonly DoorFact[]
}

/** The leaf at start: alarms of an earlier run stay while the door is still open, and end when it is found closed. */
export function initialLeaf(open: boolean, alarms: readonly LeafAlarm[], atMs: number): DoorStep {
  if (open) return { leaf: { release: null, openSinceMs: atMs, alarms }, facts: [] }
  return { leaf: { release: null, openSinceMs: null, alarms: [] }, facts: alarms.map(cleared) }
}

/** One input at `atMs`. Deadlines that passed before it come first, however late the timer that should have told. */
export function stepDoor(leaf: DoorLeaf, input: DoorInput, atMs: number, times: DoorTimes): DoorStep {
  const due = passTime(leaf, atMs, times)
  const next = apply(due.leaf, input, atMs, times)
  return { leaf: next.leaf, facts: [...due.facts, ...next.facts] }
}

/** When `stepDoor` must be called with a tick at the latest; undefined when nothing is due. */
export function nextDeadline({ release, openSinceMs, alarms }: DoorLeaf, times: DoorTimes): number | undefined {
  const deadlines = [
    ...(release ? [release.untilMs] : []),
    ...(openSinceMs !== null && !alarms.includes('held') ? [openSinceMs + times.heldOpenMs] : []),
  ]
  return deadlines.length > 0 ? Math.min(...deadlines) : undefined
}

function passTime(leaf: DoorLeaf, atMs: number, { heldOpenMs }: DoorTimes): DoorStep {
  const locked = leaf.release && atMs >= leaf.release.untilMs ? lock(leaf) : { leaf, facts: [] }
  const { openSinceMs, alarms } = locked.leaf
  if (openSinceMs === null || atMs - openSinceMs < heldOpenMs || alarms.includes('held')) return locked
  return { leaf: { ...locked.leaf, alarms: [...alarms, 'held'] }, facts: [...locked.facts, { kind: 'held' }] }
}

function lock(leaf: DoorLeaf): DoorStep {
  if (!leaf.release) return { leaf, facts: [] }
  const unused: DoorFact[] = leaf.release.opened ? [] : [{ kind: 'unopened' }]
  return { leaf: { ...leaf, release: null }, facts: [...unused, { kind: 'locked' }] }
}

function apply(leaf: DoorLeaf, input: DoorInput, atMs: number, { pulseMs }: DoorTimes): DoorStep {
  const open = leaf.openSinceMs !== null
  switch (input.type) {
    case 'release':
      return { leaf: { ...leaf, release: { untilMs: atMs + pulseMs, opened: open } }, facts: [] }
    case 'contact':
      if (input.open === open) return { leaf, facts: [] }
      return input.open ? openLeaf(leaf, atMs) : closeLeaf(leaf)
    case 'lock':
      return lock(leaf)
    case 'tick':
      return { leaf, facts: [] }
  }
}

function openLeaf(leaf: DoorLeaf, atMs: number): DoorStep {
  const opened: DoorFact = { kind: 'opened' }
  if (leaf.release) {
    return { leaf: { ...leaf, openSinceMs: atMs, release: { ...leaf.release, opened: true } }, facts: [opened] }
  }
  const alarms: LeafAlarm[] = leaf.alarms.includes('forced') ? [...leaf.alarms] : [...leaf.alarms, 'forced']
  return { leaf: { ...leaf, openSinceMs: atMs, alarms }, facts: [opened, { kind: 'forced' }] }
}

/** A closed door ends its alarms, and the release with which it was opened: nobody slips in behind. */
function closeLeaf(leaf: DoorLeaf): DoorStep {
  const relocks = leaf.release?.opened === true
  const facts: DoorFact[] = [{ kind: 'closed' }, ...leaf.alarms.map(cleared)]
  if (relocks) facts.push({ kind: 'locked' })
  return { leaf: { release: relocks ? null : leaf.release, openSinceMs: null, alarms: [] }, facts }
}

function cleared(alarm: LeafAlarm): DoorFact {
  return { kind: 'alarm.cleared', alarm }
}
