/** A real Chromium on the wall, watched from inside: when each tile's `data-seq` changed, on the clock of this host. */
import { type Browser, chromium, type Page } from 'playwright-core'
import { systemClock } from '#runtime/clock.ts'
import { findProgram, installCommand } from '../../scripts/system-packages.mjs'
import type { Seen } from './processes/live-client.ts'

const CALIBRATIONS = 60

export interface WallBrowser extends AsyncDisposable {
  /** Opens the wall and waits for this many tiles. */
  openWall(httpUrl: string, tiles: number): Promise<void>
  /** Changes since the last call. */
  take(): Promise<Seen[]>
  /** Leaves the wall: an idle page costs nothing. */
  leave(): Promise<void>
  readonly page: Page
  /** Uncertainty of the common clock, ms. */
  clockErrorMs(): number
  [Symbol.asyncDispose](): Promise<void>
}

interface PageNote {
  readonly app: string
  readonly seq: number
  readonly atMs: number
}

declare global {
  interface Window {
    siagaBenchNotes: PageNote[]
  }
}

/** @throws Error that says how to install Chromium */
export async function startBrowser(): Promise<WallBrowser> {
  const executablePath = findProgram('chromium')
  if (!executablePath) throw new Error(`chromium is not on this machine: ${installCommand(['chromium'])}`)
  const browser: Browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } })
  let clock = { offsetMs: 0, errorMs: 0 }
  return {
    page,
    clockErrorMs: () => clock.errorMs,
    async openWall(httpUrl, tiles) {
      await page.goto(`${httpUrl}/wall`)
      await page.waitForFunction((count) => document.querySelectorAll('[data-app]').length >= count, tiles)
      await page.evaluate(watchTiles)
      clock = await calibrate(page)
    },
    async take() {
      const notes = await page.evaluate(() => window.siagaBenchNotes.splice(0))
      return notes.map((note) => ({ ...note, atMs: note.atMs + clock.offsetMs }))
    },
    async leave() {
      await page.goto('about:blank')
    },
    [Symbol.asyncDispose]: () => browser.close(),
  }
}

/** Runs in the page. An observer is called as a microtask behind the change of the attribute. */
function watchTiles(): void {
  window.siagaBenchNotes = []
  const observer = new MutationObserver((changes) => {
    const atMs = performance.now()
    for (const { target } of changes) {
      if (!(target instanceof HTMLElement)) continue
      window.siagaBenchNotes.push({ app: target.dataset['app'] ?? '', seq: Number(target.dataset['seq']), atMs })
    }
  })
  observer.observe(document.body, { subtree: true, attributes: true, attributeFilter: ['data-seq'] })
}

/** The page's clock against ours, from the question that came back fastest: wrong by half its way at most. */
async function calibrate(page: Page): Promise<{ offsetMs: number; errorMs: number }> {
  let best = { offsetMs: 0, errorMs: Number.POSITIVE_INFINITY }
  for (let index = 0; index < CALIBRATIONS; index++) {
    const beforeMs = systemClock.monoMs()
    const pageMs = await page.evaluate(() => performance.now())
    const afterMs = systemClock.monoMs()
    const errorMs = (afterMs - beforeMs) / 2
    if (errorMs < best.errorMs) best = { offsetMs: (beforeMs + afterMs) / 2 - pageMs, errorMs }
  }
  return best
}
