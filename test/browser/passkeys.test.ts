/** Passkeys in a real Chromium, with its virtual authenticator in place of a finger. */
import type { CDPSession, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { startBrowser } from '../harness/browser.ts'
import { firstLink, forgetStepUp, password, startWithLogin, Visitor } from '../harness/login.ts'
import { totpCode } from '../harness/totp.ts'
import { axeFindings, openPage } from './open-page.ts'

const email = 'admin@kalbar.example'

interface Bench {
  readonly page: Page
  readonly errors: string[]
  readonly cdp: CDPSession
  readonly authenticatorId: string
  readonly forget: () => void
}

/** An administrator without a second factor, at the name to which passkeys belong. */
async function start(): Promise<Bench> {
  const browser = await startBrowser()
  const siaga = await startWithLogin({ SIAGA_WEB_DIR: 'dist/web' })
  const visitor = new Visitor(siaga.httpUrl)
  const link = await firstLink(siaga)
  await visitor.post('/api/v1/session/link', { link, password, name: 'Sari Lestari', email })
  const home = siaga.httpUrl.replace('127.0.0.1', 'localhost')
  const { page, errors } = await openPage(browser, `${home}/login?next=%2Fsettings`)
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return { page, errors, cdp, authenticatorId, forget: () => forgetStepUp(siaga) }
}

async function enterPassword(page: Page): Promise<void> {
  await page.getByLabel('Surel').fill(email)
  await page.getByLabel('Kata sandi', { exact: true }).fill(password)
  await page.keyboard.press('Enter')
}

async function makePasskey(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Tambah passkey' }).click()
  await page.getByLabel('Nama passkey').fill(name)
  const field = page.locator('form').getByLabel('Kata sandi sekarang')
  if ((await field.count()) > 0) await field.fill(password)
  await page.keyboard.press('Enter')
}

async function logOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Keluar' }).click()
  await page.getByRole('heading', { name: 'Masuk', exact: true }).waitFor()
}

const settings = (page: Page) => page.getByRole('heading', { name: 'Setelan' })
const ownPasskey = (page: Page, name: string) => page.locator(`[data-passkey="${name}"]`)

test('a passkey is made, proves a dangerous act, logs in, and is taken back', async () => {
  const { page, errors, forget } = await start()
  await enterPassword(page)
  await settings(page).waitFor()
  await page.getByText('Siaga memerlukan dua bukti').waitFor()
  await makePasskey(page, 'Laptop kantor')
  await ownPasskey(page, 'Laptop kantor').getByText('belum pernah dipakai').waitFor()
  expect(await axeFindings(page)).toEqual([])

  // A passkey that was just made has proven itself; long afterwards it is asked for again.
  forget()
  await page.getByRole('button', { name: 'Tambah orang' }).click()
  await page.getByLabel('Nama lengkap').fill('Budi Santoso')
  await page.getByLabel('Surel').fill('budi@kalbar.example')
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Konfirmasi dengan passkey' })
  await dialog.waitFor()
  expect(await axeFindings(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Pakai passkey' }).click()
  await page.locator('[data-account="budi@kalbar.example"]').waitFor()
  await page.getByRole('button', { name: 'Sudah saya serahkan' }).click()

  await logOut(page)
  await page.goto(`${new URL(page.url()).origin}/login?next=%2Fsettings`)
  await enterPassword(page)
  await page.getByText('Akun ini memakai passkey').waitFor()
  await page.getByRole('button', { name: 'Masuk dengan passkey' }).click()
  await settings(page).waitFor()
  await ownPasskey(page, 'Laptop kantor').getByText('terakhir dipakai').waitFor()

  // The only factor stays until there is another one.
  await ownPasskey(page, 'Laptop kantor').getByText('Satu-satunya bukti kedua').waitFor()
  forget()
  await page.getByRole('button', { name: 'Aktifkan' }).click()
  await page.getByLabel('Kata sandi sekarang').first().fill(password)
  await page.getByRole('button', { name: 'Lanjut' }).click()
  await dialog.getByRole('button', { name: 'Pakai passkey' }).click()
  const secret = (await page.locator('[data-secret]').textContent())?.replaceAll(' ', '')
  await page.getByLabel('Kode enam angka dari aplikasi').fill(totpCode(`otpauth://totp/x?secret=${secret}`))
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Sudah saya simpan' }).click()
  await ownPasskey(page, 'Laptop kantor').getByRole('button', { name: 'Cabut' }).click()
  await page.getByRole('button', { name: 'Ya, cabut' }).click()
  await ownPasskey(page, 'Laptop kantor').waitFor({ state: 'detached' })
  await logOut(page)
  await page.getByRole('button', { name: 'Masuk dengan passkey' }).click()
  await page.getByText('Passkey tidak diterima').waitFor()
  // Refusals are what a browser reports of its own accord; nothing else is.
  expect(errors.filter((error) => !/(status of|response code:) 40/.test(error))).toEqual([])
})

test('neither a wrong password makes one, nor an authenticator that did not see its owner opens', async () => {
  const { page, cdp, authenticatorId, forget } = await start()
  await enterPassword(page)
  await settings(page).waitFor()
  await page.getByRole('button', { name: 'Tambah passkey' }).click()
  await page.getByLabel('Nama passkey').fill('Kunci')
  await page.locator('form').getByLabel('Kata sandi sekarang').fill('bukan kata sandinya')
  await page.keyboard.press('Enter')
  await page.getByText('Tidak cocok').waitFor()
  await page.locator('form').getByLabel('Kata sandi sekarang').fill(password)
  await page.keyboard.press('Enter')
  await ownPasskey(page, 'Kunci').waitFor()
  // The second one asks for the first, and takes a name of its own.
  forget()
  await makePasskey(page, 'Telepon')
  await page.getByRole('dialog').getByRole('button', { name: 'Pakai passkey' }).click()
  // One authenticator holds one passkey of an account.
  await page.getByText('Passkey tidak dipakai').waitFor()

  await logOut(page)
  await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
  await page.getByRole('button', { name: 'Masuk dengan passkey' }).click()
  await page.getByText('Passkey tidak dipakai').waitFor()
  await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true })
  await page.getByRole('button', { name: 'Masuk dengan passkey' }).click()
  await page.getByText('Sari Lestari').first().waitFor()
})
