/** How many commands a door gets: enough for every honest need, too few to wear out a strike or a guard's patience. */

import type { CommandKind } from '#contract/command.ts'

const PER_MINUTE_MAX = 6
/** Besides: an emergency does not wait for what came before it. Together less than a door answers (12 a minute). */
const LOCKDOWNS_PER_MINUTE_MAX = 4
const MINUTE_MS = 60_000

export function createCommandRate(): { allow(door: string, kind: CommandKind, nowMs: number): boolean } {
  const recentMs = new Map<string, number[]>()
  return {
    allow(door, kind, nowMs) {
      const isLockdown = kind === 'lockdown'
      const key = isLockdown ? `${door} lockdown` : door
      const recent = (recentMs.get(key) ?? []).filter((atMs) => nowMs - atMs < MINUTE_MS)
      const allowed = recent.length < (isLockdown ? LOCKDOWNS_PER_MINUTE_MAX : PER_MINUTE_MAX)
      recentMs.set(key, allowed ? [...recent, nowMs] : recent)
      return allowed
    },
  }
}
