/** The browser's side of the feed: its clocks, its paint, its reload. Each function has one owner: App.svelte. */
import type { PageTime } from './link-state.ts'
import { reloadDelayMs } from './reload.ts'

/** A hidden tab gets no animation frames; its queue is still emptied this often. */
const HIDDEN_PAINT_MS = 250
const RELOADED_AT_KEY = 'siaga.reloadedAt'

export const pageTime = (): PageTime => ({ monotonicMs: performance.now(), wallMs: Date.now() })

/** Runs `draw` once, before the next paint or after `HIDDEN_PAINT_MS`, whichever is first; returns its cancel. */
export function beforePaint(draw: () => void): () => void {
  const cancel = () => {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
  }
  const once = () => {
    cancel()
    draw()
  }
  const frame = requestAnimationFrame(once)
  const timer = setTimeout(once, HIDDEN_PAINT_MS)
  return cancel
}

/** Plans the reload to another build; returns the cancel, or null when the page stays. */
export function planReload(serverBuild: string, ownBuild: string): (() => void) | null {
  const stored = sessionStorage.getItem(RELOADED_AT_KEY)
  const delayMs = reloadDelayMs({
    ownBuild,
    serverBuild,
    lastReloadAtMs: stored === null ? null : Number(stored),
    nowMs: Date.now(),
    random: Math.random(),
  })
  if (delayMs === null) return null
  const timer = setTimeout(() => {
    sessionStorage.setItem(RELOADED_AT_KEY, String(Date.now()))
    location.reload()
  }, delayMs)
  return () => clearTimeout(timer)
}
