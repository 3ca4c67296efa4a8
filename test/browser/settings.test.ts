/** An administrator looks after people, devices and tokens in a real browser; the second factor is asked for again. */
import type { Locator, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { startBrowser } from '../harness/browser.ts'
import { forgetStepUp, password, startLoginStack } from '../harness/login.ts'
import { totpCode } from '../harness/totp.ts'
import { axeFindings, openPage } from './open-page.ts'

async function start() {
  const browser = await startBrowser()
  const stack = await startLoginStack({ SIAGA_WEB_DIR: 'dist/web' })
  /** Settings as this person sees them. */
  const open = async (email: string, code: () => string) => {
    const { page, errors } = await openPage(browser, `${stack.siaga.httpUrl}/login?next=%2Fsettings`)
    await page.getByLabel('Surel').fill(email)
    await page.getByLabel('Kata sandi', { exact: true }).fill(password)
    await page.keyboard.press('Enter')
    const field = page.getByLabel('Kode enam angka')
    await field.waitFor()
    // Not before: on a busy machine it would be too old once it is typed.
    await field.fill(code())
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
  const { page, errors } = await open('admin@kalbar.example', () => totpCode(stack.administrator.uri, -1))
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
  // For all applications only who says so.
  await page.getByRole('button', { name: 'Tambah identitas' }).click()
  await page.getByLabel('Jenis').selectOption('Gateway')
  await page.getByLabel('Id', { exact: true }).fill('pusat')
  await page.keyboard.press('Enter')
  await page.getByText('Sebut paling sedikit satu aplikasi').waitFor()
  await page.getByLabel('Id aplikasi').fill('SIMRS')
  await page.getByText('“SIMRS” bukan id').waitFor()
  await page.getByLabel('Semua aplikasi').check()
  await page.getByRole('button', { name: 'Tambah dan terbitkan token' }).click()
  expect(await takeSecret(page)).toMatch(/^[\w-]{43}$/)

  const gateway = page.locator('[data-identity="gateway:pusat"]')
  await gateway.getByText('Mewakili semua aplikasi').waitFor()
  await gateway.locator('summary').click()
  await gateway.getByRole('button', { name: 'Cabut' }).click()
  await gateway.getByRole('button', { name: 'Ya, cabut' }).click()
  await gateway.waitFor({ state: 'detached' })
  for (const theme of ['light', 'dark']) {
    await page.evaluate((one) => document.documentElement.setAttribute('data-theme', one), theme)
    expect(await axeFindings(page)).toEqual([])
  }
  // A refusal is what a browser reports of its own accord; nothing else is.
  expect(errors.filter((error) => !error.includes('status of 40'))).toEqual([])
})

test('whatever is done to an account is asked once more: its link, its role, its end and its return, and its removal', async () => {
  const { stack, open } = await start()
  const person = await stack.person('operator')
  const { page } = await open('admin@kalbar.example', () => totpCode(stack.administrator.uri, 1))
  const row = page.locator(`[data-account="${person.email}"]`)
  const act = async (name: string) => {
    await row.getByRole('button', { name, exact: true }).click()
    await row.getByRole('button', { name: `Ya, ${name.toLowerCase()}`, exact: true }).click()
  }
  await row.locator('summary').click()
  await act('Tautan baru')
  await takeSecret(page)
  await row.getByText('tautan berlaku sampai').waitFor()
  await act('Akhiri tautan')
  await row.getByText('tautan berlaku sampai').waitFor({ state: 'detached' })

  await row.getByLabel('Peran').selectOption('Pemilik OPD')
  await row.getByRole('button', { name: 'Simpan peran' }).click()
  await row.getByText('Ketik nama OPD').waitFor()
  await row.getByLabel('OPD').fill('Dinas Kesehatan')
  await act('Simpan peran')
  await row.getByText('Pemilik OPD · Dinas Kesehatan').waitFor()

  await act('Nonaktifkan')
  await row.getByText('Dinonaktifkan').waitFor()
  await act('Aktifkan kembali')
  await row.getByText('Dinonaktifkan').waitFor({ state: 'detached' })
  const own = page.locator('[data-account="admin@kalbar.example"]')
  await own.locator('summary').click()
  expect(await own.getByRole('button', { name: 'Hapus akun' }).count()).toBe(0)
  await act('Hapus akun')
  await row.waitFor({ state: 'detached' })
})

test('a token of an overlap ends alone, and a device gets a code in place of a token', async () => {
  const { stack, open } = await start()
  const { visitor } = stack.administrator
  await visitor.post('/api/v1/identities', { role: 'gateway', id: 'pusat' })
  await visitor.post('/api/v1/identities', { role: 'door', id: 'arsip' })
  const { page } = await open('admin@kalbar.example', () => totpCode(stack.administrator.uri, 1))
  const gateway = page.locator('[data-identity="gateway:pusat"]')
  const act = async (row: Locator, name: string) => {
    await row.getByRole('button', { name, exact: true }).click()
    await row.getByRole('button', { name: `Ya, ${name.toLowerCase()}`, exact: true }).click()
  }
  await gateway.locator('summary').click()
  expect(await gateway.getByRole('button', { name: /Akhiri token/ }).count()).toBe(0)
  await act(gateway, 'Ganti token')
  await takeSecret(page)
  await gateway.getByText('berlaku sampai').waitFor()
  await act(gateway, 'Akhiri token lama')
  await gateway.getByText('berlaku sampai').waitFor({ state: 'detached' })
  expect(await gateway.locator('[data-token]').count()).toBe(1)

  const door = page.locator('[data-identity="door:arsip"]')
  await door.locator('summary').click()
  expect(await door.getByRole('button', { name: 'Ganti token' }).count()).toBe(0)
  await act(door, 'Kode pendaftaran baru')
  expect(await takeSecret(page)).toMatch(/^([0-9A-Z]{5}-){3}[0-9A-Z]{5}$/)
})

test('others see their own account alone, and an auditor reads without a button to change', async () => {
  const { stack, open } = await start()
  const operator = await stack.person('operator')
  const { page } = await open(operator.email, () => totpCode(operator.uri, 1))
  expect(await page.getByRole('heading', { name: 'Orang dan peran' }).count()).toBe(0)
  // Two sessions: this browser, and the one that took the link.
  await page.getByRole('button', { name: 'Akhiri' }).click()
  await page.getByRole('button', { name: 'Ya, akhiri' }).click()
  await page.getByRole('button', { name: 'Akhiri' }).waitFor({ state: 'detached' })
  expect((await operator.visitor.get('/api/v1/status')).status).toBe(401)

  const auditor = await stack.person('auditor')
  const opened = await open(auditor.email, () => totpCode(auditor.uri, 1))
  await opened.page.locator(`[data-account="${operator.email}"]`).waitFor()
  for (const name of ['Ubah', 'Tambah orang', 'Tambah identitas']) {
    expect(await opened.page.getByText(name, { exact: true }).count()).toBe(0)
  }
  await opened.page.getByRole('link', { name: 'Jejak audit' }).click()
  await opened.page.locator('[data-act="account created"]').first().waitFor()
  expect(await axeFindings(opened.page)).toEqual([])
})
