/** Planned windows, ordered so that following them costs nothing between two boundaries. Times are epoch ms. */
import type { MaintenanceWindow } from './types.ts'

/** A moment at which a window of an application begins or ends. */
export interface Boundary {
  readonly atMs: number
  readonly app: string
}

export class MaintenancePlan {
  readonly #byApp: Map<string, MaintenanceWindow[]>
  readonly #boundaries: readonly Boundary[]

  constructor(windows: readonly MaintenanceWindow[]) {
    this.#byApp = Map.groupBy(windows, (window) => window.app)
    this.#boundaries = windows
      .flatMap((window) => [
        { atMs: effectiveFromMs(window), app: window.app },
        { atMs: window.untilMs, app: window.app },
      ])
      .sort((left, right) => left.atMs - right.atMs)
  }

  get apps(): Iterable<string> {
    return this.#byApp.keys()
  }

  /** The window in force at a moment; of several, the one that ends last. */
  windowAt(app: string, wallMs: number): MaintenanceWindow | undefined {
    let found: MaintenanceWindow | undefined
    for (const window of this.#byApp.get(app) ?? []) {
      const open = effectiveFromMs(window) <= wallMs && wallMs < window.untilMs
      if (open && (found === undefined || window.untilMs > found.untilMs)) found = window
    }
    return found
  }

  /** The first boundary after a moment. */
  nextBoundary(afterMs: number): Boundary | undefined {
    return this.#boundaries.find((boundary) => boundary.atMs > afterMs)
  }

  /** All boundaries in (afterMs, untilMs], in order of time. */
  boundariesWithin(afterMs: number, untilMs: number): readonly Boundary[] {
    return this.#boundaries.filter((boundary) => boundary.atMs > afterMs && boundary.atMs <= untilMs)
  }
}

/** A window announced after its own beginning counts from its announcement. */
function effectiveFromMs(window: MaintenanceWindow): number {
  return Math.max(window.fromMs, window.announcedMs)
}
