/** The wall can be read by everybody: no finding by axe, no text cut off, from 0 to 400 applications. */
import type { Browser } from 'playwright-core'
import { expect, test } from 'vitest'
import { startBrowser } from '../harness/browser.ts'
import { LiveServer } from './live-server.ts'
import { axeFindings, findCutTexts, openPage } from './open-page.ts'
import { sampleSnapshot } from './sample-board.ts'

const FULL_HD = { width: 1920, height: 1080 }
const ULTRA_HD = { width: 3840, height: 2160 }
const PHONE = { width: 390, height: 844 }

async function openWall(browser: Browser, apps: number, { search = '', viewport = FULL_HD } = {}) {
  const server = await LiveServer.start({ snapshot: sampleSnapshot(apps, Date.now()) })
  const { page } = await openPage(browser, `${server.url}/wall${search}`, { viewport })
  await page.locator('.wall[data-link=live]').waitFor()
  await page.evaluate(() => document.fonts.ready)
  return page
}

/** The first tiles hold one of each state, so a few are enough for each size of tile. */
test.each([
  ['large tiles, dark', 12, ''],
  ['large tiles, light', 12, '?theme=light'],
  ['medium tiles', 42, ''],
  ['no applications', 0, ''],
])('axe finds nothing: %s', async (_name, apps, search) => {
  const page = await openWall(await startBrowser(), apps, { search })
  expect(await axeFindings(page)).toEqual([])
})

test('no text is cut off and nothing scrolls sideways, in every density and on a phone', async () => {
  const browser = await startBrowser()
  for (const [apps, viewport] of [
    [32, FULL_HD],
    [50, FULL_HD],
    [50, ULTRA_HD],
    [60, FULL_HD],
    [100, FULL_HD],
    [130, FULL_HD],
    [400, ULTRA_HD],
    [50, PHONE],
  ] as const) {
    const page = await openWall(browser, apps, { viewport })
    const name = `${apps} applications on ${viewport.width} x ${viewport.height}`
    expect(await findCutTexts(page), name).toEqual([])
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    expect(wider, name).toBe(0)
    await page.close()
  }
  const tooLarge = await openWall(browser, 50)
  await tooLarge.evaluate(() => {
    for (const heading of document.querySelectorAll<HTMLElement>('.tile h3')) heading.style.fontSize = '9rem'
  })
  expect(await findCutTexts(tooLarge), 'the check finds a text that is cut off').not.toEqual([])
})

test('an empty wall says how applications are registered', async () => {
  const page = await openWall(await startBrowser(), 0)
  expect(await page.locator('main').innerText()).toContain('npm run admin -- apps import')
})

test('the head counts by severity, and a simulated board says so there and at each door', async () => {
  const page = await openWall(await startBrowser(), 50)
  const counters = await page.locator('[data-counter]').allInnerTexts()
  expect(counters.map((text) => text.replace(/\s+/g, ' '))).toEqual([
    '2 Mati',
    '1 Terganggu',
    '1 Tanpa data',
    '1 Pemeliharaan',
    '44 Normal',
  ])
  expect(await page.locator('header.head').innerText()).toMatch(/1 baru/)
  expect(await page.locator('header.head').innerText()).toContain('SIMULASI')
  expect(await page.locator('[data-door=utama]').innerText()).toContain('SIMULASI')
})
