/** How many commands a door gets: enough for every honest need, too few to wear out a strike or a guard's patience. */

const PER_MINUTE_MAX = 6
const MINUTE_MS = 60_000

export function createCommandRate(): { allow(door: string, nowMs: number): boolean } {
  const recentMs = new Map<string, number[]>()
  return {
    allow(door, nowMs) {
      const recent = (recentMs.get(door) ?? []).filter((atMs) => nowMs - atMs < MINUTE_MS)
      const allowed = recent.length < PER_MINUTE_MAX
      recentMs.set(door, allowed ? [...recent, nowMs] : recent)
      return allowed
    },
  }
}
