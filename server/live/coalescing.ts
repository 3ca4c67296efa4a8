/**
 * When the next frame goes (design §3.5): at once while the feed is idle, which a few changes for a few screens leave
 * it; under load after 16 ms (one display frame) to 100 ms, by what the frame costs: clients × changes. Pure.
 */
const WINDOW_MIN_MS = 16
const WINDOW_MAX_MS = 100
/** Changed applications times clients that one millisecond of gathering pays for. */
const COST_PER_MS = 400

/** What one change takes up for one screen: 200 changes a second still go at once, each in a frame of its own. */
const CHANGE_MS = 5
/** Screens after which a change takes up as much again: each more is one more write. */
const SCREENS = 50
/** Changes come in clumps (one commit may bring several): ten for one screen do not end the idleness. */
const BURST_MS = 50
/** However much came at once, after this and the burst without a change the feed is idle again. */
const DEBT_MAX_MS = 100

export interface FrameLoad {
  readonly clients: number
  /** Changes of applications and doors since the frame before; several of one count each. */
  readonly changes: number
}

/** What the frames so far have taken up; CLOCK_MONOTONIC. */
export interface Pace {
  /** When the last frame, by what it cost, makes room for the next under load. */
  readonly nextFrameMs: number
  /** Ahead of now by what was taken up and is not yet over. */
  readonly takenUntilMs: number
}

export const idlePace: Pace = { nextFrameMs: Number.NEGATIVE_INFINITY, takenUntilMs: Number.NEGATIVE_INFINITY }

/** How long a change waits for others before its frame goes; 0 is at once. */
export function frameDelayMs({ nextFrameMs, takenUntilMs }: Pace, nowMs: number): number {
  return takenUntilMs - nowMs <= BURST_MS ? 0 : Math.max(0, nextFrameMs - nowMs)
}

export function afterFrame(pace: Pace, { clients, changes }: FrameLoad, nowMs: number): Pace {
  const windowMs = Math.min(WINDOW_MAX_MS, Math.max(WINDOW_MIN_MS, (clients * changes) / COST_PER_MS))
  const takenMs = changes * CHANGE_MS * (1 + clients / SCREENS)
  return {
    nextFrameMs: nowMs + windowMs,
    takenUntilMs: Math.min(Math.max(pace.takenUntilMs, nowMs) + takenMs, nowMs + BURST_MS + DEBT_MAX_MS),
  }
}
