/** The settings by keyboard alone: the focus is always somewhere of use, and a secret shown once is there where it is. */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { startBrowser } from '../harness/browser.ts'
import { password, startLoginStack } from '../harness/login.ts'
import { totpCode } from '../harness/totp.ts'
import { until } from '../harness/until.ts'
import { openPage } from './open-page.ts'

/** More than there are buttons on the page. */
const TABS_MAX = 80
const email = 'budi@kalbar.example'
const HEIGHT_PX = 300

/** What has the focus: the label of a field, the text of a button, else the name of its place. */
function focusOf(page: Page): Promise<string> {
  return page.evaluate(() => {
    const textOf = (one: Element) => (one.textContent ?? '').replaceAll(/\s+/g, ' ').trim()
    const element = document.activeElement
    if (!(element instanceof HTMLElement) || element === document.body) return 'nothing'
    if (element instanceof HTMLInputElement || element instanceof HTMLSelectElement) {
      return element.labels?.[0] ? textOf(element.labels[0]) : ''
    }
    return element.dataset['account'] ?? element.getAttribute('aria-labelledby') ?? textOf(element)
  })
}

async function tabTo(page: Page, name: string): Promise<void> {
  for (let tabs = 0; tabs < TABS_MAX; tabs += 1) {
    await page.keyboard.press('Tab')
    if ((await focusOf(page)) === name) return
  }
  throw new Error(`no Tab leads to "${name}"`)
}

async function activate(page: Page, name: string): Promise<void> {
  await tabTo(page, name)
  await page.keyboard.press('Enter')
}

const focusComesTo = (page: Page, name: string) =>
  until(`the focus comes to "${name}"`, async () => (await focusOf(page)) === name)

async function press(page: Page, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key)
}

/** A secret that is shown once has the focus around it, and is in sight. */
async function secretComes(page: Page): Promise<void> {
  await until('the secret has the focus', () =>
    page.evaluate(() => document.activeElement?.querySelector('[data-once]') instanceof HTMLElement),
  )
  const box = await page.locator('[data-once]').boundingBox()
  expect(box?.y).toBeGreaterThanOrEqual(0)
  expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(HEIGHT_PX)
}

async function openSettings() {
  const browser = await startBrowser()
  const stack = await startLoginStack()
  const viewport = { width: 1_000, height: HEIGHT_PX }
  const { page } = await openPage(browser, `${stack.siaga.httpUrl}/login?next=%2Fsettings`, { viewport })
  await page.getByLabel('Surel').fill('admin@kalbar.example')
  await page.getByLabel('Kata sandi', { exact: true }).fill(password)
  await page.keyboard.press('Enter')
  await page.getByLabel('Kode enam angka').fill(totpCode(stack.administrator.uri, 1))
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Orang dan peran' }).waitFor()
  return page
}

test('an account is made, disabled and removed without a mouse', async () => {
  const page = await openSettings()
  await page.locator('[data-account]').waitFor()
  const region = await page.locator('section[aria-labelledby=people] [role=status]').elementHandle()
  await activate(page, 'Tambah orang')
  await focusComesTo(page, 'Nama lengkap')
  await page.keyboard.type('Budi Santoso')
  await press(page, 'Tab')
  await page.keyboard.type(email)
  await press(page, 'Enter')
  await secretComes(page)
  // The region that a screen reader watched before there was a text in it.
  expect(await region?.evaluate((element) => element.isConnected && element.textContent)).toContain('Budi Santoso')
  await activate(page, 'Sudah saya serahkan')
  await focusComesTo(page, 'people')

  // From a row that is further down than the window is high.
  await activate(page, 'Ubah Budi Santoso')
  await activate(page, 'Tautan baru')
  await press(page, 'Shift+Tab', 'Enter')
  await secretComes(page)
  await activate(page, 'Sudah saya serahkan')
  await activate(page, 'Akhiri tautan')
  await focusComesTo(page, 'Batal')
  await press(page, 'Enter')
  await focusComesTo(page, 'Akhiri tautan')
  // The button goes with what it ended: its row has the focus then.
  await press(page, 'Enter', 'Shift+Tab', 'Enter')
  await focusComesTo(page, email)
  await activate(page, 'Hapus akun')
  await press(page, 'Shift+Tab', 'Enter')
  await page.locator(`[data-account="${email}"]`).waitFor({ state: 'detached' })
  await focusComesTo(page, 'people')

  await activate(page, 'Tambah identitas')
  await focusComesTo(page, 'Jenis')
  await activate(page, 'Batal')
  await focusComesTo(page, 'Tambah identitas')
})
