/** The way to a provider on another site and back, in a real browser: cookies are SameSite=Strict all the same. */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { startBrowser } from '../harness/browser.ts'
import { password, startLoginStack } from '../harness/login.ts'
import { freePort, startLoginProvider } from '../harness/login-provider.ts'
import { totpCode } from '../harness/totp.ts'
import { axeFindings, openPage } from './open-page.ts'

async function throughProvider(page: Page, subject: string): Promise<void> {
  await page.getByRole('button', { name: 'Masuk dengan SSO' }).click()
  // Another site: 127.0.0.1 is not localhost.
  await page.locator('input[name=login]').fill(subject)
  await page.locator('input[name=password]').fill('apa saja')
  await page.locator('button[type=submit]').click()
  await page.locator('input[name=prompt][value=consent]').waitFor({ state: 'attached' })
  await page.locator('button[type=submit]').click()
}

test('who comes by the provider is told to ask, is given an account by an administrator, and gets in', async () => {
  const browser = await startBrowser()
  const port = await freePort()
  const home = `http://localhost:${port}`
  const provider = await startLoginProvider(home)
  const settings = { SIAGA_WEB_DIR: 'dist/web', SIAGA_HTTP_PORT: String(port), ...provider.settings }
  const { administrator } = await startLoginStack(settings)

  const budi = await openPage(browser, `${home}/explore?range=6h`)
  await throughProvider(budi.page, 'budi')
  await budi.page.getByText('Anda dikenal, tetapi belum diberi akses').waitFor()
  expect(new URL(budi.page.url()).search).toBe('')
  expect(await axeFindings(budi.page)).toEqual([])

  const { page } = await openPage(browser, `${home}/login?next=%2Fsettings`)
  await page.getByLabel('Surel').fill('admin@kalbar.example')
  await page.getByLabel('Kata sandi', { exact: true }).fill(password)
  await page.keyboard.press('Enter')
  await page.getByLabel('Kode enam angka').fill(totpCode(administrator.uri, 1))
  await page.keyboard.press('Enter')
  const row = page.locator('[data-subject="budi"]')
  await row.getByText('menunggu akses').waitFor()
  await row.locator('summary').click()
  expect(await axeFindings(page)).toEqual([])
  await row.getByRole('button', { name: 'Buat akun dan hubungkan' }).click()
  await row.getByText('akun Nama budi').waitFor()

  await budi.page.goto(`${home}/explore?range=6h`)
  await budi.page.getByRole('button', { name: 'Masuk dengan SSO' }).click()
  // Known at the provider by now, which asks nothing.
  await budi.page.waitForURL(`${home}/explore?range=6h`)
  await budi.page.getByText('Nama budi').waitFor()
  expect(await budi.page.locator('[data-role]').getAttribute('data-role')).toBe('operator')
  // The provider's own page asks for a font of another site.
  expect(budi.errors.filter((error) => !/(status of|response code:) 40|ERR_NAME_NOT_RESOLVED/.test(error))).toEqual([])
})
