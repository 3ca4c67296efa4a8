/** What happens to the simulated applications by itself, so that the wall has something to show. Pure: a plan of time. */

export const appModes = ['normal', 'slow', 'failing', 'stopped'] as const
/** `slow`: answers late, `failing`: answers HTTP 500, `stopped`: server and sender are off. */
export type AppMode = (typeof appModes)[number]

const SECOND = 1_000
const MINUTE = 60 * SECOND

interface Scene {
  readonly app: string
  readonly mode: AppMode
  /** First time after the start. */
  readonly firstMs: number
  readonly lastsMs: number
  readonly everyMs: number
}

const scenes: readonly Scene[] = [
  // Two minutes of silence: the tile goes late, then down, then recovers.
  { app: 'esamsat', mode: 'stopped', firstMs: 40 * SECOND, lastsMs: 2 * MINUTE, everyMs: 15 * MINUTE },
  { app: 'satupeta', mode: 'slow', firstMs: 20 * SECOND, lastsMs: 90 * SECOND, everyMs: 7 * MINUTE },
  { app: 'datacloud', mode: 'slow', firstMs: 5 * MINUTE, lastsMs: 60 * SECOND, everyMs: 23 * MINUTE },
  { app: 'rfk', mode: 'failing', firstMs: 9 * MINUTE, lastsMs: 75 * SECOND, everyMs: 41 * MINUTE },
]

/** The one planned maintenance, registered anew at each start. */
export const plannedMaintenance = {
  app: 'simpeg',
  fromMs: MINUTE,
  lastsMs: 30 * MINUTE,
  reason: 'Pembaruan basis data kepegawaian',
} as const

/** The mode an application has by the plan this long after the start. */
export function plannedMode(app: string, sinceStartMs: number): AppMode {
  const playing = scenes.find((scene) => {
    const into = (sinceStartMs - scene.firstMs) % scene.everyMs
    return scene.app === app && into >= 0 && into < scene.lastsMs
  })
  return playing?.mode ?? 'normal'
}

export const dramaApps: readonly string[] = [...new Set(scenes.map((scene) => scene.app)), plannedMaintenance.app]

export interface Visit {
  readonly finger: string
  /** False where the person turns around at the open strike. */
  readonly enters: boolean
}

const VISIT_EVERY_MS = 4 * MINUTE
const VISIT_FIRST_MS = 25 * SECOND
const visits: readonly Visit[] = [
  { finger: 'jari-1', enters: true },
  { finger: 'jari-2', enters: true },
  { finger: 'jari-4', enters: false },
  { finger: 'jari-3', enters: true },
  { finger: 'jari-5', enters: false },
]

/** The nth visit at the door (from 0) and how long after the start it takes place. */
export function visitAt(index: number): Visit & { readonly afterMs: number } {
  const visit = visits[index % visits.length] ?? { finger: 'jari-1', enters: true }
  return { ...visit, afterMs: VISIT_FIRST_MS + index * VISIT_EVERY_MS }
}
