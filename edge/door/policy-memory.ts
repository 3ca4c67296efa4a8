/** What a door must remember of earlier touches to judge the next one. Pure; times are monotonic milliseconds. */
import { z } from 'zod'
import type { DoorAlarm } from '#contract/door.ts'
import { attemptsAlarmEndMs, Lockout, noLockout, passLockout, rebaseLockout } from './policy-lockout.ts'

const Time = z.number()

/** A silent alarm calls for help; whoever comes within this time knows, and the door has no button to end it. */
export const DURESS_ALARM_MS = 1_800_000

export type PolicyAlarm = Extract<DoorAlarm, 'attempts' | 'duress'>

export const PolicyMemory = z.object({
  lockout: Lockout,
  /** By command; the list may lock down too. */
  lockdown: z.boolean(),
  /** When the alarm of the last duress finger ends. */
  duressUntilMs: Time.nullable(),
  /** Last entry of each person, as long as anti-passback asks for it. */
  entriesMs: z.record(z.string(), Time),
  /** Granted and not opened yet, with the entry before: no entry counts unless the door opens. */
  unopened: z.array(z.object({ person: z.string(), entryBeforeMs: Time.nullable() })),
  /** The first of two people, who waits for the second. */
  first: z.object({ person: z.string(), atMs: Time }).nullable(),
  /** The last grant to somebody who is no visitor; `vouched` once that person has let somebody unread in. */
  last: z.object({ person: z.string(), atMs: Time, vouched: z.boolean() }).nullable(),
})
export type PolicyMemory = z.infer<typeof PolicyMemory>

export const emptyMemory: PolicyMemory = {
  lockout: noLockout,
  lockdown: false,
  duressUntilMs: null,
  entriesMs: {},
  unopened: [],
  first: null,
  last: null,
}

/** Somebody went through, or the strike locked again: what was granted counts. */
export function entered(memory: PolicyMemory): PolicyMemory {
  return memory.unopened.length === 0 ? memory : { ...memory, unopened: [] }
}

/** The strike locked again and nobody had opened: the entries are as before the grants. */
export function notEntered(memory: PolicyMemory): PolicyMemory {
  if (memory.unopened.length === 0) return memory
  const entriesMs = { ...memory.entriesMs }
  for (const { person, entryBeforeMs } of memory.unopened) {
    if (entryBeforeMs === null) delete entriesMs[person]
    else entriesMs[person] = entryBeforeMs
  }
  return { ...memory, entriesMs, unopened: [] }
}

/** Whoever waits for a second person or may be followed loses that: it was granted under another rule. */
export function withLockdown(memory: PolicyMemory, lockdown: boolean): PolicyMemory {
  return { ...memory, lockdown, first: null, last: null }
}

/** After a reboot, whose monotonic clock began anew: entries and attempts count as just made, so nothing gets easier. */
export function rebaseMemory(memory: PolicyMemory, nowMs: number): PolicyMemory {
  return {
    ...memory,
    lockout: rebaseLockout(memory.lockout, nowMs),
    entriesMs: Object.fromEntries(Object.keys(memory.entriesMs).map((person) => [person, nowMs])),
    duressUntilMs: memory.duressUntilMs === null ? null : nowMs + DURESS_ALARM_MS,
    unopened: [],
    first: null,
    last: null,
  }
}

/** Time has passed. */
export function passMemory(memory: PolicyMemory, nowMs: number): PolicyMemory {
  const { duressUntilMs } = memory
  const lasting = duressUntilMs !== null && nowMs < duressUntilMs
  return { ...memory, lockout: passLockout(memory.lockout, nowMs), duressUntilMs: lasting ? duressUntilMs : null }
}

export function policyAlarms({ lockout, duressUntilMs }: PolicyMemory): PolicyAlarm[] {
  return [...(lockout.alarm ? (['attempts'] as const) : []), ...(duressUntilMs === null ? [] : (['duress'] as const))]
}

/** When the next of these alarms ends by itself; undefined when there is none. */
export function nextAlarmEndMs({ lockout, duressUntilMs }: PolicyMemory): number | undefined {
  const ends = [attemptsAlarmEndMs(lockout), duressUntilMs ?? undefined].filter((each) => each !== undefined)
  return ends.length > 0 ? Math.min(...ends) : undefined
}

export function withLockout(memory: PolicyMemory, lockout: Lockout): PolicyMemory {
  return { ...memory, lockout }
}
