/** A real Chromium on the built web, and what its wall shows, with the page's own time of each change. */
import { type Browser, chromium, type Page } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { z } from 'zod'
import { buildWeb } from '../../scripts/build-web.mjs'
import { programOf } from './system-packages.ts'

/** A first start on two busy cores. */
const LAUNCH_MS = 60_000
const flags = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
]

/** Builds the web when it is not current (so call it before a server starts), and opens a browser for the test. */
export async function startBrowser(): Promise<Browser> {
  if ((await buildWeb()) !== 0) throw new Error('the web could not be built: npm run build says why')
  const browser = await chromium.launch({ executablePath: programOf('chromium'), args: flags, timeout: LAUNCH_MS })
  onTestFinished(() => browser.close())
  return browser
}

/** Something on the wall is another than before. */
export interface WallChange {
  /** `veil`, `app` or `door`. */
  readonly kind: string
  /** Of the application or the door; empty for the veil. */
  readonly id: string
  /** The veil's text, the application's state, the words of the events, newest first; empty when it is not there. */
  readonly value: string
  /** Page's clock, epoch ms. */
  readonly atMs: number
}

export interface Wall {
  readonly page: Page
  /** Oldest first. */
  readonly changes: readonly WallChange[]
  /** What it shows now. */
  shows(kind: string, id?: string): string
}

const Change = z.object({ kind: z.string(), id: z.string(), value: z.string(), atMs: z.number() })
const WALL = { width: 3840, height: 2160 }

export async function openWall(browser: Browser, httpUrl: string): Promise<Wall> {
  const page = await browser.newPage({ viewport: WALL })
  const changes: WallChange[] = []
  await page.exposeFunction('reportWallChange', (change: unknown) => changes.push(Change.parse(change)))
  await page.addInitScript(watchWall)
  await page.goto(`${httpUrl}/wall`, { timeout: LAUNCH_MS })
  return {
    page,
    changes,
    shows: (kind, id = '') => changes.findLast((change) => change.kind === kind && change.id === id)?.value ?? '',
  }
}

/** Runs in the page: reports whatever differs after each change of the document. */
function watchWall(): void {
  const shown = new Map<string, string>()
  const textOf = (root: ParentNode, selector: string) => root.querySelector(selector)?.textContent?.trim() ?? ''
  const tell = (kind: string, id: string, value: string) => {
    const key = `${kind} ${id}`
    if ((shown.get(key) ?? '') === value) return
    shown.set(key, value)
    const report: unknown = Reflect.get(window, 'reportWallChange')
    if (typeof report === 'function') report({ kind, id, value, atMs: Date.now() })
  }
  const look = () => {
    tell('veil', '', textOf(document, '[data-veil] [role=alert]'))
    for (const tile of document.querySelectorAll<HTMLElement>('[data-app]')) {
      tell('app', tile.dataset['app'] ?? '', tile.dataset['state'] ?? '')
    }
    for (const door of document.querySelectorAll<HTMLElement>('[data-door]')) {
      const events = [...door.querySelectorAll('.event b')].map((event) => event.textContent?.trim())
      tell('door', door.dataset['door'] ?? '', events.join(', '))
    }
  }
  new MutationObserver(look).observe(document, {
    subtree: true,
    childList: true,
    characterData: true,
    attributeFilter: ['data-state', 'data-app', 'data-seq'],
  })
}
