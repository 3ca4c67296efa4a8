/** People come to a simulated door by themselves now and then, so its history has something to show. */
import { setTimeout as delay } from 'node:timers/promises'
import type { DoorBench } from './door-bench.ts'
import { visitAt } from './drama.ts'

const RELEASE_WITHIN_MS = 3_000
const HAND_MS = 600
const INSIDE_MS = 4_000
const DOOR_SHIFT_MS = 70_000

/**
 * Plays the visits of the plan one by one until `signal` aborts. Doors have their visits one after the other.
 * Rejects with nothing but that abort. */
export async function playVisits(door: DoorBench, turn: number, signal: AbortSignal): Promise<void> {
  await delay(turn * DOOR_SHIFT_MS, undefined, { signal })
  let sinceMs = 0
  for (let index = 0; !signal.aborted; index += 1) {
    const visit = visitAt(index)
    await delay(visit.afterMs - sinceMs, undefined, { signal })
    sinceMs = visit.afterMs
    // Somebody at the page may have left the door open: then nobody rings.
    if (door.view().open) continue
    door.press(visit.finger)
    if (!(await door.whenReleased(RELEASE_WITHIN_MS)) || !visit.enters) continue
    await delay(HAND_MS, undefined, { signal })
    if (!door.move('push')) continue
    await delay(INSIDE_MS, undefined, { signal })
    door.move('close')
  }
}
