/**
 * Decides at the door. A decision is on disk before the strike moves; what cannot be recorded is not opened. Takes
 * touches and line changes, keeps lock, leaf and alarms, and tells every change.
 */
import { z } from 'zod'
import { DoorAlarm, type DoorState } from '#contract/door.ts'
import type { ClockState } from '#contract/identifiers.ts'
import type { Log } from '#runtime/log.ts'
import type { Match } from '../fingerprint/sensor.ts'
import type { Outbox, RecordBody } from '../outbox/outbox.ts'
import type { AccessStore } from './access-store.ts'
import type { LeafAlarm } from './door-machine.ts'
import type { DoorStore } from './door-store.ts'
import { createLeaf, type LeafOptions } from './leaf.ts'
import { type Decision, decide } from './policy.ts'
import type { Slots } from './slots.ts'

export interface DoorAgentOptions extends Pick<LeafOptions, 'gpio' | 'strike' | 'times' | 'clock'> {
  readonly version: string
  readonly outbox: Pick<Outbox, 'append'>
  readonly store: Pick<DoorStore, 'remembered' | 'remember'>
  readonly slots: Pick<Slots, 'ownerOf'>
  readonly access: Pick<AccessStore, 'current'>
  readonly clockState: () => ClockState
  readonly log: Log
  /** Called after every record and every change of what `status` returns. */
  readonly onChange: () => void
}

export type DoorStatus = Pick<DoorState, 'lock' | 'contact' | 'alarms' | 'sensor'>

export interface DoorAgent {
  /** Decides, records and opens. `touchedAtMs` is when the finger was first looked for, monotonic. */
  touched(match: Match | 'not-found', touchedAtMs: number): 'granted' | 'denied'
  sensorReady(sensor: { readonly capacity: number; readonly templates: number }): void
  sensorLost(): void
  status(): DoorStatus
  /** Locks and stops listening. */
  close(): void
}

export function createDoorAgent(options: DoorAgentOptions): DoorAgent {
  const { clock, onChange } = options
  const record = createRecorder(options)
  const alarmMemory = createAlarmMemory(options)
  let sensor: 'ready' | 'lost' = 'lost'
  let sensorAlarm = alarmMemory.standing.includes('sensor-lost')

  const alarms = (): DoorAlarm[] => [...leaf.state.alarms, ...(sensorAlarm ? (['sensor-lost'] as const) : [])]
  const changed = () => {
    alarmMemory.keep(alarms())
    onChange()
  }
  const leaf = createLeaf({
    ...options,
    standingAlarms: alarmMemory.standing.filter(isLeafAlarm),
    onStep: (facts) => {
      for (const fact of facts) record(fact)
      changed()
    },
    onExitButton: () => {
      // The way out is never blocked: it opens even when its record cannot be written.
      record({ kind: 'exit' })
      leaf.release()
    },
  })
  record({ kind: 'started', version: options.version })
  leaf.start()

  return {
    touched(match, touchedAtMs) {
      const verdict = judge(match, options)
      if (verdict === 'undecided') return 'denied'
      if (!verdict.granted) {
        const { reason, person } = verdict
        record({ kind: 'denied', reason, ...(person === undefined ? {} : { person }) })
        onChange()
        return 'denied'
      }
      const { person, score } = verdict
      const decisionMs = Math.round(clock.monoMs() - touchedAtMs)
      if (!record({ kind: 'granted', person, score, decisionMs })) return 'denied'
      leaf.release()
      return 'granted'
    },
    sensorReady({ capacity, templates }) {
      record({ kind: 'sensor.ready', capacity, templates })
      if (sensorAlarm) record({ kind: 'alarm.cleared', alarm: 'sensor-lost' })
      sensor = 'ready'
      sensorAlarm = false
      changed()
    },
    sensorLost() {
      if (!sensorAlarm) record({ kind: 'sensor.lost' })
      sensor = 'lost'
      sensorAlarm = true
      changed()
    },
    status: () => ({
      lock: leaf.state.release ? 'unlocked' : 'locked',
      contact: leaf.state.openSinceMs === null ? 'closed' : 'open',
      alarms: alarms(),
      sensor,
    }),
    close: () => leaf.close(),
  }
}

/** `undecided`, and a word in the log, when what the decision needs cannot be read. */
function judge(match: Match | 'not-found', options: DoorAgentOptions): Decision | 'undecided' {
  const { access, slots, clock, clockState, log } = options
  try {
    return decide({
      list: access.current(),
      match: match === 'not-found' ? undefined : { person: slots.ownerOf(match.slot)?.person, score: match.score },
      wallMs: clock.wallMs(),
      clock: clockState(),
    })
  } catch (error) {
    log.error({ err: error }, 'no decision possible, so denied: check the door’s database')
    return 'undecided'
  }
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

function isLeafAlarm(alarm: DoorAlarm): alarm is LeafAlarm {
  return alarm !== 'sensor-lost'
}
