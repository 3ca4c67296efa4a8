/** From `npm start` (installed, built, fresh data) to a full wall: every tile in Chromium with a judged state. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { sampleApps } from '../../scripts/demo/sample-apps.ts'
import { startBrowser, type WallBrowser } from './browser.ts'
import { freePort } from './mosquitto.ts'
import type { Report } from './report.ts'
import { temporaryDataDir } from './stack.ts'
import { median, round } from './statistics.ts'

const FULL_WITHIN_MS = 60_000
const POLL_MS = 50
const ENDED_WITHIN_MS = 15_000

interface Start {
  /** The server answered the wall's page. */
  readonly pageMs: number
  readonly fullMs: number
}

export async function startTime(quick: boolean): Promise<Report> {
  const starts: Start[] = []
  await using browser = await startBrowser()
  for (let index = 0; index < (quick ? 1 : 3); index++) starts.push(await startOnce(browser))
  const of = (figure: keyof Start) => round(median(starts.map((start) => start[figure])) / 1000)
  return {
    tables: [
      {
        title: `npm start with fresh data, median of ${starts.length}`,
        columns: ['', 's'],
        rows: [
          ['until the page is served', of('pageMs')],
          [`until ${sampleApps.length} tiles are judged in Chromium`, of('fullMs')],
        ],
      },
    ],
    goals: [],
    raw: starts,
  }
}

async function startOnce(browser: WallBrowser): Promise<Start> {
  const dataDir = temporaryDataDir()
  const httpPort = await freePort()
  const settings = { SIAGA_DATA_DIR: dataDir, SIAGA_HTTP_PORT: `${httpPort}`, SIAGA_MQTT_PORT: `${await freePort()}` }
  const startedMs = performance.now()
  // A process group of its own, so that npm, its shell and everything below it end together.
  const npm = spawn('npm', ['start'], { env: { ...process.env, ...settings }, stdio: 'ignore', detached: true })
  const end = () => endGroup(npm, 'SIGINT')
  process.once('exit', end)
  try {
    const url = `http://127.0.0.1:${httpPort}/wall`
    await served(url)
    const pageMs = performance.now() - startedMs
    await browser.page.goto(url)
    await browser.page.waitForFunction(isFull, sampleApps.length, { timeout: FULL_WITHIN_MS, polling: POLL_MS })
    return { pageMs, fullMs: performance.now() - startedMs }
  } finally {
    await browser.leave()
    const ended = once(npm, 'exit')
    end()
    const orderly = await Promise.race([ended.then(() => true), delay(ENDED_WITHIN_MS, false)])
    if (!orderly) endGroup(npm, 'SIGKILL')
    process.off('exit', end)
    rmSync(dataDir, { recursive: true, force: true })
  }
}

function endGroup(leader: ChildProcess, signal: NodeJS.Signals): void {
  if (leader.pid !== undefined) process.kill(-leader.pid, signal)
}

async function served(url: string): Promise<void> {
  const deadline = performance.now() + FULL_WITHIN_MS
  while (performance.now() < deadline) {
    // Refused until the server listens.
    const response = await fetch(url).catch(() => undefined)
    if (response?.ok) return
    await delay(POLL_MS)
  }
  throw new Error(`${url} was not served within ${FULL_WITHIN_MS} ms`)
}

/** Runs in the page. */
function isFull(tiles: number): boolean {
  const states = [...document.querySelectorAll('[data-app]')].map((tile) => tile.getAttribute('data-state'))
  return states.length >= tiles && states.every((state) => state !== 'new' && state !== 'unknown')
}
