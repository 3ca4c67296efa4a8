/** When the page replaces itself after a new build was deployed: spread over time, and never in a loop. */

/** Screens of one room must not fetch the new build in the same instant. */
const RELOAD_SPREAD_MS = 20_000
/** A build that never matches (a proxy's cache) costs one reload a minute, not a blinking wall. */
const RELOAD_AT_MOST_EVERY_MS = 60_000
/** What vite.config.ts compiles in when no build id is given: development reloads by itself. */
const DEVELOPMENT_BUILD = 'dev'

export interface ReloadFacts {
  ownBuild: string
  serverBuild: string
  /** When this tab last reloaded itself, epoch ms; null if never. */
  lastReloadAtMs: number | null
  nowMs: number
  /** In [0, 1). */
  random: number
}

/** Delay until the reload in ms, or null to stay. */
export function reloadDelayMs(facts: ReloadFacts): number | null {
  if (facts.ownBuild === DEVELOPMENT_BUILD || facts.ownBuild === facts.serverBuild) return null
  const spreadMs = facts.random * RELOAD_SPREAD_MS
  if (facts.lastReloadAtMs === null) return spreadMs
  return Math.max(spreadMs, facts.lastReloadAtMs + RELOAD_AT_MOST_EVERY_MS - facts.nowMs)
}
