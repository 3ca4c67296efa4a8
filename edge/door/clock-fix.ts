/**
 * Records of a boot in which the clock could not be trusted carry a time that is a guess (a Raspberry Pi 4 starts with the
 * one it last knew). As soon as the clock can be trusted one record `clock.fix` says what to add to the monotonic time of
 * this boot, so that readers know the true times; the records themselves are never rewritten.
 */
import { BootId, type ClockState } from '#contract/identifiers.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import type { RecordBody } from '../outbox/outbox.ts'
import type { DoorStore } from './door-store.ts'

export interface ClockFixOptions {
  readonly boot: string
  readonly store: Pick<DoorStore, 'remembered' | 'remember'>
  readonly clock: Clock
  readonly clockState: () => ClockState
  /** Puts a record on disk; false when it is not. */
  readonly record: (body: RecordBody) => boolean
  readonly log: Log
}

export interface ClockFix {
  /** Looks at the clock; cheap enough for each second. */
  look(): void
}

/** The boot with records whose times are to be corrected; null when there is none. */
const UNSET_BOOT = 'clock.unset-boot'

/** Made before the first record of a run, so that it knows what clock that one had. */
export function createClockFix({ boot, store, clock, clockState, record, log }: ClockFixOptions): ClockFix {
  // An earlier run of this boot may have made such records; those of an earlier boot cannot be corrected any more.
  let due = store.remembered(UNSET_BOOT, BootId.nullable()) === boot
  const remember = (value: string | null) => {
    try {
      store.remember(UNSET_BOOT, value)
    } catch (error) {
      log.error({ err: error }, 'state of the clock could not be remembered: check the disk of the door’s database')
    }
  }
  const noteUnset = () => {
    if (clockState() !== 'unset') return false
    if (!due) remember(boot)
    due = true
    return true
  }
  noteUnset()
  return {
    look() {
      if (noteUnset() || !due) return
      const offsetMs = Math.round(clock.wallMs() - clock.monoMs())
      // A crash before it is forgotten tells it twice, which says the same twice.
      if (!record({ kind: 'clock.fix', offsetMs })) return
      due = false
      remember(null)
      log.info({ offsetMs }, 'clock can be trusted now: earlier records of this boot can be corrected')
    },
  }
}
