/**
 * The door's wall clock: what it is worth, and the floor under it, which is on disk. Below the floor it counts as unset,
 * with an alarm; a fresh signed time of the server is the way back when the floor itself was wrong.
 */
import { z } from 'zod'
import { BootId, type ClockState } from '#contract/identifiers.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import type { RecordBody } from '../outbox/outbox.ts'
import { createClockFix } from './clock-fix.ts'
import { type ClockFloor, isBehind, lookedAt, raised, trustIn } from './clock-floor.ts'
import { type ClockSources, createClockState } from './clock-state.ts'
import type { DoorStore } from './door-store.ts'

export interface DoorClockOptions {
  readonly sources: ClockSources
  readonly store: Pick<DoorStore, 'remembered' | 'remember'>
  readonly clock: Clock
  /** Epoch ms: the floor while none was remembered, as the list in force was issued then. */
  readonly firstFloorMs: number
  /** Puts a record on disk; false when it is not. */
  readonly record: (body: RecordBody) => boolean
  /** Told at each look while the clock claims to be right: whether it is behind what it was. */
  readonly onBack: (back: boolean) => void
  readonly log: Log
}

export interface DoorClock {
  state(): ClockState
  /** Cheap enough for each second. */
  look(): void
  /** A time (epoch ms) that the server signed, nobody knows how long ago: it is at least that late. */
  heard(signedMs: number): void
  /**
   * By command, whose nonce proves that the server signed this time (epoch ms) just now: it takes the floor's place, also
   * when it is lower. @returns whether the clock can be believed now
   */
  confirm(signedMs: number): boolean
}

const FLOOR = 'clock.floor'
const Saved = z.object({ boot: BootId, wallMs: z.number(), monoMs: z.number() })
/** A small row, written so seldom that no SD card wears out by it; a power cut forgets no more than that. */
const KEEP_EVERY_MS = 60_000

/** Opened before the first record of a run (clock-fix.ts). */
export function openDoorClock(options: DoorClockOptions): DoorClock {
  const { sources, clock, onBack } = options
  const kernel = createClockState(sources)
  const now = () => ({ wallMs: clock.wallMs(), monoMs: clock.monoMs() })
  const keep = createKeeper(options)
  let floor = readFloor(options)
  const state = () => trustIn(kernel(), floor, now())
  const fix = createClockFix({ ...options, boot: sources.boot, clockState: state })

  const look = () => {
    const [said, reading] = [kernel(), now()]
    floor = lookedAt(floor, said, reading)
    keep(floor)
    // One that is not even said to be right is no sign of anything: a Raspberry Pi 4 starts with the time it last knew.
    if (said !== 'unset') onBack(isBehind(floor, reading))
    fix.look()
  }
  return {
    state,
    look,
    heard(signedMs) {
      floor = raised(floor, { wallMs: signedMs, monoMs: clock.monoMs() })
      keep(floor)
    },
    confirm(signedMs) {
      floor = { wallMs: signedMs, monoMs: clock.monoMs() }
      keep(floor)
      look()
      const believed = !isBehind(floor, now())
      // Also where nobody vouches for the clock, and no look would say so.
      if (believed) onBack(false)
      return believed
    },
  }
}

/** Monotonic time of another boot says nothing in this one: how long the door was off is not known. */
function readFloor({ sources, store, clock, firstFloorMs }: DoorClockOptions): ClockFloor {
  const saved = store.remembered(FLOOR, Saved)
  if (saved?.boot === sources.boot) return saved
  return { wallMs: saved?.wallMs ?? firstFloorMs, monoMs: clock.monoMs() }
}

/** Puts the floor on disk when it has risen by enough, or has come down. */
function createKeeper({ sources, store, log }: DoorClockOptions) {
  const saved = store.remembered(FLOOR, Saved)
  // Written anew in each boot: monotonic time of the one before does not make it rise.
  let keptMs = saved?.boot === sources.boot ? saved.wallMs : Number.NEGATIVE_INFINITY
  return ({ wallMs, monoMs }: ClockFloor) => {
    if (wallMs >= keptMs && wallMs - keptMs < KEEP_EVERY_MS) return
    // Tried again no sooner on a full disk: what is missing there is a minute of it.
    keptMs = wallMs
    try {
      store.remember(FLOOR, { boot: sources.boot, wallMs, monoMs })
    } catch (error) {
      log.error({ err: error }, 'the clock’s floor could not be remembered: check the disk of the door’s database')
    }
  }
}
