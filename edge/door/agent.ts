/**
 * Decides at the door. A decision is on disk before the strike moves; what cannot be recorded is not opened. Takes
 * touches and line changes, keeps lock, leaf and alarms, and tells every change.
 */
import { z } from 'zod'
import { DoorAlarm, type DoorState } from '#contract/door.ts'
import type { Match } from '../fingerprint/sensor.ts'
import type { Strike } from '../gpio/strike.ts'
import type { Outbox, RecordBody } from '../outbox/outbox.ts'
import { type DoorFact, isReleased, type LeafAlarm } from './door-machine.ts'
import { createEquipment, type Equipment, isEquipmentAlarm } from './equipment.ts'
import { createGatekeeper, type GatekeeperOptions } from './gatekeeper.ts'
import { createLeaf, type LeafOptions } from './leaf.ts'
import type { Decision, Denied } from './policy.ts'
import type { PolicyAlarm } from './policy-memory.ts'

export interface DoorAgentOptions
  extends Pick<LeafOptions, 'gpio' | 'outputs' | 'strike' | 'times' | 'clock'>,
    Omit<GatekeeperOptions, 'gpio' | 'strike'> {
  readonly version: string
  readonly outbox: Pick<Outbox, 'append'>
  /** Called after every record and every change of what `status` returns. */
  readonly onChange: () => void
}

export type DoorStatus = Pick<DoorState, 'lock' | 'contact' | 'alarms' | 'sensor' | 'lockdown'>

/** What the light shows. It knows nothing of duress; `again` asks for a second person's finger. */
export type Shown = 'granted' | 'denied' | 'again'

export interface DoorAgent {
  /** Decides, records and opens. `touchedAtMs` is when the finger was first looked for, monotonic. */
  touched(match: Match | 'not-found', touchedAtMs: number): Shown
  /** By command; survives a restart. @returns false when it could not be put on disk, and nothing changed */
  setLockdown(active: boolean): boolean
  /**
   * By command, which the caller has on disk: for `pulseMs`, the door's own pulse when absent. @returns false while
   * nothing holds the strike
   */
  unlock(pulseMs?: number): boolean
  /** Ends a release under way. */
  lock(): void
  /** Puts a record on disk. @returns false when it is not */
  record(body: RecordBody): boolean
  setAlarm: Equipment['set']
  sensorReady(sensor: { readonly capacity: number; readonly templates: number }): void
  sensorLost(): void
  status(): DoorStatus
  /** Locks and stops listening. */
  close(): void
}

export function createDoorAgent(options: DoorAgentOptions): DoorAgent {
  const { clock, strike, onChange } = options
  const record = createRecorder(options)
  const alarmMemory = createAlarmMemory(options)
  const equipment = createEquipment(record, alarmMemory.standing)

  const alarms = (): DoorAlarm[] => [...leaf.state.alarms, ...equipment.alarms(), ...gatekeeper.alarms]
  const changed = () => {
    alarmMemory.keep(alarms())
    onChange()
  }
  const told =
    <A extends unknown[], R>(task: (...args: A) => R) =>
    (...args: A): R => {
      const result = task(...args)
      changed()
      return result
    }
  const gatekeeper = createGatekeeper(options, {
    record,
    onAlarms: () => changed(),
    told: alarmMemory.standing.filter(isPolicyAlarm),
  })
  const leaf = createLeaf({
    ...options,
    standingAlarms: alarmMemory.standing.filter(isLeafAlarm),
    onStep: told((facts: readonly DoorFact[]) => {
      for (const fact of facts) record(fact)
      gatekeeper.follow(facts)
    }),
    onExitButton: () => {
      // The way out is never blocked: it opens even when its record cannot be written.
      record({ kind: 'exit' })
      leaf.release()
    },
  })
  record({ kind: 'started', version: options.version })
  leaf.start()
  gatekeeper.tellAlarms()
  const onGuardLost = told((lost: boolean) => equipment.set('guard-lost', lost))
  const unfollow = followGuard(strike, { lock: leaf.lock, record, onLost: onGuardLost })

  return {
    touched(match, touchedAtMs) {
      const decision = gatekeeper.judge(match)
      const decisionMs = Math.round(clock.monoMs() - touchedAtMs)
      const shown = carryOut(decision, { record, decisionMs, release: leaf.release })
      if (shown !== 'granted') onChange() // a grant told its change when the strike moved
      gatekeeper.tellAlarms()
      return shown
    },
    setLockdown: told(gatekeeper.setLockdown),
    unlock(pulseMs) {
      if (!strike.ready) return false
      leaf.release(pulseMs)
      return true
    },
    lock: leaf.lock,
    record: told(record),
    setAlarm: told(equipment.set),
    sensorReady: told(equipment.sensorReady),
    sensorLost: told(equipment.sensorLost),
    status: () => ({
      lock: isReleased(leaf.state) ? 'unlocked' : 'locked',
      contact: leaf.state.openSinceMs === null ? 'closed' : 'open',
      alarms: alarms(),
      sensor: equipment.sensor(),
      lockdown: gatekeeper.lockdown,
    }),
    close: () => {
      unfollow()
      gatekeeper.close()
      leaf.close()
    },
  }
}

interface GuardFollowers {
  readonly lock: () => void
  readonly record: (body: RecordBody) => boolean
  readonly onLost: (lost: boolean) => void
}

/** A release that the strike guard has ended, or took with it, is over here too: who opens later got in another way. */
function followGuard(strike: Strike, { lock, record, onLost }: GuardFollowers): () => void {
  const follow = (ready: boolean) => {
    if (!ready) lock()
    onLost(!ready)
  }
  follow(strike.ready)
  const silence = [
    strike.onReady(follow),
    strike.onStrike(({ level, reason }) => {
      if (reason === 'late') record({ kind: 'unreleased' })
      if (reason === 'late' || (level === 0 && reason === 'agent-silent')) lock()
    }),
  ]
  return () => {
    for (const each of silence) each()
  }
}

interface CarryOut {
  readonly record: (body: RecordBody) => boolean
  readonly decisionMs: number
  readonly release: () => void
}

/** Record first, then the strike. */
function carryOut(decision: Decision | 'undecided', { record, decisionMs, release }: CarryOut): Shown {
  if (decision === 'undecided') return 'denied'
  if (!decision.granted) {
    record(denialOf(decision))
    return decision.reason === 'second-person' ? 'again' : 'denied'
  }
  const { granted: _, ...rest } = decision
  if (!record({ kind: 'granted', ...rest, decisionMs })) return 'denied'
  release()
  return 'granted'
}

/** The first of two is no denial: the same finger opens when the second one follows. */
function denialOf({ granted: _, reason, ...rest }: Denied): RecordBody {
  return { kind: reason === 'second-person' ? 'awaiting' : 'denied', reason, ...rest }
}

/** Writes a record; false, and a word in the log, when it is not on disk. */
function createRecorder({ outbox, log }: DoorAgentOptions): (body: RecordBody) => boolean {
  return (body) => {
    try {
      outbox.append(body)
      return true
    } catch (error) {
      log.error({ err: error, kind: body.kind }, 'record could not be written: check the disk of the outbox')
      return false
    }
  }
}

const ALARMS = 'alarms'

/** An alarm that began must be seen to end, also when the agent restarts in between. */
function createAlarmMemory({ store, log }: DoorAgentOptions) {
  const standing = store.remembered(ALARMS, z.array(DoorAlarm)) ?? []
  let kept = standing.join()
  return {
    standing,
    keep(alarms: readonly DoorAlarm[]) {
      if (alarms.join() === kept) return
      kept = alarms.join()
      try {
        store.remember(ALARMS, alarms)
      } catch (error) {
        log.error({ err: error }, 'alarms could not be remembered: a restart would not tell their end')
      }
    },
  }
}

function isPolicyAlarm(alarm: DoorAlarm): alarm is PolicyAlarm {
  return alarm === 'attempts' || alarm === 'duress'
}

function isLeafAlarm(alarm: DoorAlarm): alarm is LeafAlarm {
  return !isEquipmentAlarm(alarm) && !isPolicyAlarm(alarm)
}
