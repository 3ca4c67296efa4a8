/** The wall never shows the past as the present (design §4, promise 3): real Chromium, real Socket.IO. */
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { startBrowser } from '../harness/browser.ts'
import { until } from '../harness/until.ts'
import { LiveServer } from './live-server.ts'
import { openPage } from './open-page.ts'
import { sampleSnapshot } from './sample-board.ts'

const APPS = 50
/** The promise, counted from the last pulse that left the server. */
const PROMISE_MS = 5000
/** Room for a busy machine when the page must react to a message, not to silence. */
const AT_ONCE_MS = 1500
/** The page spreads its reload over so long. */
const RELOAD_SPREAD_MS = 20_000

async function openWall({ build = '' } = {}) {
  const browser = await startBrowser()
  const server = await LiveServer.start({ snapshot: { ...sampleSnapshot(APPS, Date.now()), build } })
  const opened = await openPage(browser, `${server.url}/wall`)
  await opened.page
    .locator('[data-app]')
    .nth(APPS - 1)
    .waitFor()
  return { ...opened, server }
}

/** This host's clock when the veil came, noted in the page itself so that the test's own delay does not count. */
async function veilTime(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((shown) => {
        const look = () => {
          if (document.querySelector('[data-veil]') === null) return false
          shown(Date.now())
          return true
        }
        if (!look())
          new MutationObserver((_, observer) => look() && observer.disconnect()).observe(document.body, {
            childList: true,
            subtree: true,
          })
      }),
  )
}

/** When the page was loaded, epoch ms; 0 while it is being replaced. */
const loadedAt = (page: Page) => page.evaluate(() => performance.timeOrigin).catch(() => 0)

const veil = (page: Page) => page.locator('[data-veil]')
const seqOf = (page: Page, id: string) => page.locator(`[data-app="${id}"]`).getAttribute('data-seq')

describe('the wall', () => {
  test('shows the sequence number and state of a frame on its tile, and moves no tile', async () => {
    const { page, server, errors, foreign } = await openWall()
    const order = () =>
      page.locator('[data-app]').evaluateAll((tiles) => tiles.map((tile) => tile.getAttribute('data-app')))
    const before = await order()
    server.frame({
      apps: [{ id: 'app-10', seq: 4711, latencyMs: 1234, state: 'down', since: new Date().toISOString() }],
    })
    await until('the new sequence number is shown', async () => (await seqOf(page, 'app-10')) === '4711')
    expect(await page.locator('[data-app="app-10"]').getAttribute('data-state')).toBe('down')
    expect(await order()).toEqual(before)
    expect(await page.locator('[data-disturbance="app-10"]').count()).toBe(1)
    expect({ errors, foreign }).toEqual({ errors: [], foreign: [] })
  })

  test('says DATA TERPUTUS within 5 s of the last pulse, and takes it back with the next one', async () => {
    const { page, server } = await openWall()
    expect(await veil(page).count()).toBe(0)
    server.stopPulses()
    const shownAtMs = await veilTime(page)
    expect(shownAtMs - server.lastPulseAtMs).toBeLessThanOrEqual(PROMISE_MS)
    expect(await veil(page).innerText()).toContain('DATA TERPUTUS')
    expect(await page.locator('.wall').getAttribute('data-link')).toBe('cut')
    server.resumePulses()
    await veil(page).waitFor({ state: 'detached', timeout: AT_ONCE_MS })
  })

  test('says it at once when the ingest path is down although the server lives', async () => {
    const { page, server } = await openWall()
    const shown = veilTime(page)
    const saidAtMs = Date.now()
    server.setIngest({ state: 'down', lagMs: 5200 })
    expect((await shown) - saidAtMs).toBeLessThan(AT_ONCE_MS)
    server.setIngest({ state: 'ok', lagMs: 10 })
    await veil(page).waitFor({ state: 'detached', timeout: AT_ONCE_MS })
  })

  test('says it within 5 s of the death of the server, counts the attempts, and recovers with the next one', async () => {
    const { page, server } = await openWall()
    await server.close()
    const shownAtMs = await veilTime(page)
    expect(shownAtMs - server.lastPulseAtMs).toBeLessThanOrEqual(PROMISE_MS)
    await until('the attempts are counted', async () => /percobaan ke-\d/.test(await veil(page).innerText()))
    const next = await LiveServer.start({ snapshot: sampleSnapshot(APPS, Date.now()), port: server.port })
    await veil(page).waitFor({ state: 'detached' })
    next.frame({ apps: [{ id: 'app-11', seq: 5 }] })
    await until('frames of the new server are shown', async () => (await seqOf(page, 'app-11')) === '5')
  })

  test('asks for everything anew when a frame is missing, and shows it', async () => {
    const { page, server } = await openWall()
    server.loseFrame()
    server.frame({ apps: [{ id: 'app-12', seq: 99 }] })
    await until('a resync was asked and its snapshot is shown', async () => (await seqOf(page, 'app-12')) === '99')
    expect(server.resyncs).toBe(1)
  })

  test('notices a lost last frame from the pulses alone', async () => {
    const { server } = await openWall()
    server.loseFrame()
    await until('a resync was asked', () => server.resyncs === 1)
  })

  test('is cut, not merely empty, when no server ever answered it', async () => {
    const { page, server } = await openWall()
    await page.context().route('**/socket.io/**', (route) => route.abort())
    await page.evaluate(() => sessionStorage.clear())
    await page.routeWebSocket('**/socket.io/**', (socket) => socket.close())
    await page.goto(`${server.url}/wall`)
    await veil(page).waitFor()
    expect(await veil(page).innerText()).toContain('Server belum menjawab')
  })

  test('loads the new page when the server has another build, once a minute at most', async () => {
    const { page } = await openWall({ build: 'another' })
    const startedAtMs = await page.evaluate(() => performance.timeOrigin)
    await until(
      'the page was loaded anew',
      async () => (await loadedAt(page)) > startedAtMs,
      RELOAD_SPREAD_MS + AT_ONCE_MS,
    )
    const stored = await page.evaluate(() => sessionStorage.getItem('siaga.reloadedAt'))
    expect(Number(stored)).toBeGreaterThan(startedAtMs)
  })
})
