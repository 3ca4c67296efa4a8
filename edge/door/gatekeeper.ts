/**
 * Asks the policy and remembers for it: wrong attempts, entries and lockdown survive a restart, on disk before the
 * strike moves. Tells the beginning and the end of the alarms that touches raise.
 */
import { z } from 'zod'
import { BootId, type ClockState } from '#contract/identifiers.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import type { Match } from '../fingerprint/sensor.ts'
import type { GpioPort } from '../gpio/port.ts'
import type { Strike } from '../gpio/strike.ts'
import type { RecordBody } from '../outbox/outbox.ts'
import type { AccessStore } from './access-store.ts'
import type { DoorFact } from './door-machine.ts'
import type { DoorStore } from './door-store.ts'
import { type Decision, decide, isLockedDown, type Touch } from './policy.ts'
import {
  emptyMemory,
  entered,
  nextAlarmEndMs,
  notEntered,
  type PolicyAlarm,
  PolicyMemory,
  passMemory,
  policyAlarms,
  rebaseMemory,
  withLockdown,
} from './policy-memory.ts'

export interface GatekeeperOptions {
  readonly boot: string
  readonly store: Pick<DoorStore, 'remembered' | 'remember'>
  readonly slots: SlotOwners
  readonly access: Pick<AccessStore, 'current'>
  readonly gpio: Pick<GpioPort, 'read'>
  readonly strike: Pick<Strike, 'ready'>
  readonly clock: Clock
  readonly clockState: () => ClockState
  readonly log: Log
}

/** Whose template is in a slot, and whether it is the finger that calls for help. */
interface SlotOwners {
  ownerOf(slot: number): { readonly person: string; readonly duress?: boolean } | undefined
}

interface GatekeeperListeners {
  readonly record: (body: RecordBody) => boolean
  /** An alarm began or ended. */
  readonly onAlarms: () => void
  /** Alarms whose beginning was told before a restart. */
  readonly told: readonly PolicyAlarm[]
}

export interface Gatekeeper {
  /** `undecided`, and a word in the log, when what the decision needs cannot be read, or a grant not remembered. */
  judge(match: Match | 'not-found'): Decision | 'undecided'
  /** What became of a grant. */
  follow(facts: readonly DoorFact[]): void
  /** Tells alarms that began or ended since; called after the strike has moved, which must not wait for them. */
  tellAlarms(): void
  /** By command; survives a restart. @returns false when it could not be put on disk, and nothing changed */
  setLockdown(active: boolean): boolean
  readonly lockdown: boolean
  readonly alarms: readonly PolicyAlarm[]
  close(): void
}

const MEMORY = 'policy'
const Saved = z.object({ boot: BootId, memory: PolicyMemory })
/** The longest that a timer is set for; an alarm that lasts longer is looked at in between. */
const TIMER_MAX_MS = 3_600_000

export function createGatekeeper(options: GatekeeperOptions, listeners: GatekeeperListeners): Gatekeeper {
  const { access, clock, log } = options
  let memory = readMemory(options)
  let told = listeners.told
  let timer: NodeJS.Timeout | undefined
  const write = createWriter(options, memory)

  const tellAlarms = () => {
    const standing = policyAlarms(memory)
    const changes = [
      ...standing.flatMap((alarm) => (told.includes(alarm) ? [] : [{ kind: 'alarm.raised', alarm }])),
      ...told.flatMap((alarm) => (standing.includes(alarm) ? [] : [{ kind: 'alarm.cleared', alarm }])),
    ]
    told = standing
    for (const change of changes) listeners.record(change)
    if (changes.length > 0) listeners.onAlarms()
    clearTimeout(timer)
    const endMs = nextAlarmEndMs(memory)
    if (endMs !== undefined) timer = setTimeout(passTime, Math.min(Math.max(1, endMs - clock.monoMs()), TIMER_MAX_MS))
  }
  const passTime = () => {
    memory = passMemory(memory, clock.monoMs())
    write(memory)
    tellAlarms()
  }
  return {
    judge(match) {
      try {
        const verdict = decide(questionOf(match, memory, options))
        if (!write(verdict.memory) && verdict.decision.granted) return 'undecided'
        memory = verdict.memory
        return verdict.decision
      } catch (error) {
        log.error({ err: error }, 'no decision possible, so denied: check the door’s database')
        return 'undecided'
      }
    },
    follow(facts) {
      for (const { kind } of facts) {
        if (kind === 'unopened') memory = notEntered(memory)
        else if (kind === 'opened' || kind === 'locked') memory = entered(memory)
      }
      write(memory)
    },
    tellAlarms,
    setLockdown(active) {
      if (active === memory.lockdown) return true
      const next = withLockdown(memory, active)
      if (!write(next)) return false
      memory = next
      listeners.record({ kind: 'lockdown', active })
      return true
    },
    get lockdown() {
      return isLockedDown({ list: access.current(), memory })
    },
    get alarms() {
      return policyAlarms(memory)
    },
    close: () => clearTimeout(timer),
  }
}

/** Monotonic times of another boot say nothing in this one. */
function readMemory({ store, boot, clock }: GatekeeperOptions): PolicyMemory {
  const saved = store.remembered(MEMORY, Saved)
  if (!saved) return emptyMemory
  const nowMs = clock.monoMs()
  return passMemory(saved.boot === boot ? saved.memory : rebaseMemory(saved.memory, nowMs), nowMs)
}

/** Puts a changed memory on disk; false, and a word in the log, when it is not there. */
function createWriter({ store, boot, log }: GatekeeperOptions, first: PolicyMemory) {
  let written = JSON.stringify(durable(first))
  return (changed: PolicyMemory): boolean => {
    const memory = durable(changed)
    const text = JSON.stringify(memory)
    if (text === written) return true
    try {
      store.remember(MEMORY, { boot, memory })
      written = text
      return true
    } catch (error) {
      log.error({ err: error }, 'what a touch changed could not be remembered: check the disk of the door’s database')
      return false
    }
  }
}

/** Who waits or may be followed is a matter of seconds: after a restart they touch again, and no grant waits for a disk. */
function durable(memory: PolicyMemory): PolicyMemory {
  return { ...memory, first: null, last: null }
}

function questionOf(match: Match | 'not-found', memory: PolicyMemory, options: GatekeeperOptions) {
  const { access, slots, clock, clockState, gpio, strike } = options
  return {
    list: access.current(),
    touch: match === 'not-found' ? undefined : touchOf(match, slots),
    wallMs: clock.wallMs(),
    monoMs: clock.monoMs(),
    clock: clockState(),
    otherDoorOpen: gpio.read('interlock') === 1,
    strikeGuarded: strike.ready,
    memory,
  }
}

function touchOf({ slot, score }: Match, slots: SlotOwners): Touch {
  const owner = slots.ownerOf(slot)
  return { person: owner?.person, score, duress: owner?.duress === true }
}
