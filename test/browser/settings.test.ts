/** An administrator looks after people, devices and tokens in a real browser; the second factor is asked for again. */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { startBrowser } from '../harness/browser.ts'
import { forgetStepUp, password, startLoginStack } from '../harness/login.ts'
import { totpCode } from '../harness/totp.ts'
import { axeFindings, openPage } from './open-page.ts'

async function start() {
  const browser = await startBrowser()
  const stack = await startLoginStack({ SIAGA_WEB_DIR: 'dist/web' })
  /** Settings as this person sees them. */
  const open = async (email: string, code: string) => {
    const { page, errors } = await openPage(browser, `${stack.siaga.httpUrl}/login?next=%2Fsettings`)
    await page.getByLabel('Surel').fill(email)
    await page.getByLabel('Kata sandi', { exact: true }).fill(password)
    await page.keyboard.press('Enter')
    await page.getByLabel('Kode enam angka').fill(code)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Setelan' }).waitFor()
    return { page, errors }
  }
  return { stack, open }
}

async function takeSecret(page: Page): Promise<string> {
  const secret = await page.locator('[data-once]').innerText()
  await page.getByRole('button', { name: 'Sudah saya serahkan' }).click()
  return secret
}

test('an administrator adds a person and a door, is asked for the code again, and takes both away', async () => {
  const { stack, open } = await start()
  const { page, errors } = await open('admin@kalbar.example', totpCode(stack.administrator.uri, -1))
  await page.getByRole('button', { name: 'Tambah orang' }).click()
  await page.getByLabel('Nama lengkap').fill('Budi Santoso')
  await page.getByLabel('Surel').fill('budi@kalbar.example')
  forgetStepUp(stack.siaga)
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Konfirmasi dengan kode' })
  await dialog.getByLabel('Kode enam angka').fill('000000')
  await page.keyboard.press('Enter')
  await dialog.getByText('Tidak cocok').waitFor()
  expect(await axeFindings(page)).toEqual([])
  await dialog.getByLabel('Kode enam angka').fill(totpCode(stack.administrator.uri, 1))
  await page.keyboard.press('Enter')
  expect(await takeSecret(page)).toMatch(/\/login#link=[\w-]{43}$/)

  await page.getByRole('button', { name: 'Tambah identitas' }).click()
  await page.getByLabel('Id', { exact: true }).fill('Ruang Komando')
  await page.keyboard.press('Enter')
  await page.getByText('Id terdiri dari 1 sampai 64 huruf kecil').waitFor()
  await page.getByLabel('Id', { exact: true }).fill('ruang-komando')
  await page.keyboard.press('Enter')
  expect(await takeSecret(page)).toMatch(/^([0-9A-Z]{5}-){3}[0-9A-Z]{5}$/)
  const code = page.locator('[data-enrolment="door:ruang-komando"]')
  await code.getByRole('button', { name: 'Batalkan kode' }).click()
  await code.getByRole('button', { name: 'Ya, batalkan kode' }).click()
  await code.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Tambah identitas' }).click()
  await page.getByLabel('Id', { exact: true }).fill('ruang-komando')
  await page.getByRole('button', { name: 'Tambah dan terbitkan token' }).click()
  expect(await takeSecret(page)).toMatch(/^[\w-]{43}$/)

  const door = page.locator('[data-identity="door:ruang-komando"]')
  await door.locator('summary').click()
  await door.getByRole('button', { name: 'Cabut' }).click()
  await door.getByRole('button', { name: 'Ya, cabut' }).click()
  await door.waitFor({ state: 'detached' })
  const budi = page.locator('[data-account="budi@kalbar.example"]')
  await budi.locator('summary').click()
  await budi.getByRole('button', { name: 'Nonaktifkan' }).click()
  await budi.getByRole('button', { name: 'Ya, nonaktifkan' }).click()
  await budi.getByText('Dinonaktifkan').waitFor()
  for (const theme of ['light', 'dark']) {
    await page.evaluate((one) => document.documentElement.setAttribute('data-theme', one), theme)
    expect(await axeFindings(page)).toEqual([])
  }
  // A refusal is what a browser reports of its own accord; nothing else is.
  expect(errors.filter((error) => !error.includes('status of 40'))).toEqual([])
})

test('others see their own account alone, and an auditor reads without a button to change', async () => {
  const { stack, open } = await start()
  const operator = await stack.person('operator')
  const { page } = await open(operator.email, totpCode(operator.uri, 1))
  expect(await page.getByRole('heading', { name: 'Orang dan peran' }).count()).toBe(0)
  // Two sessions: this browser, and the one that took the link.
  await page.getByRole('button', { name: 'Akhiri' }).click()
  await page.getByRole('button', { name: 'Ya, akhiri' }).click()
  await page.getByRole('button', { name: 'Akhiri' }).waitFor({ state: 'detached' })
  expect((await operator.visitor.get('/api/v1/status')).status).toBe(401)

  const auditor = await stack.person('auditor')
  const opened = await open(auditor.email, totpCode(auditor.uri, 1))
  await opened.page.locator(`[data-account="${operator.email}"]`).waitFor()
  for (const name of ['Ubah', 'Tambah orang', 'Tambah identitas']) {
    expect(await opened.page.getByText(name, { exact: true }).count()).toBe(0)
  }
  await opened.page.getByRole('link', { name: 'Jejak audit' }).click()
  await opened.page.locator('[data-act="account created"]').first().waitFor()
  expect(await axeFindings(opened.page)).toEqual([])
})
