/** People log in with a real browser at a real server: by keyboard, on a phone, with every step under axe. */
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { startBrowser } from '../harness/browser.ts'
import { enrolTotp, firstLink, password, startWithLogin, Visitor } from '../harness/login.ts'
import { totpCode } from '../harness/totp.ts'
import { axeFindings, openPage } from './open-page.ts'

const email = 'admin@kalbar.example'
const phone = { viewport: { width: 390, height: 844 } }

async function start() {
  const browser = await startBrowser()
  const siaga = await startWithLogin({ SIAGA_WEB_DIR: 'dist/web' })
  const link = await firstLink(siaga)
  return {
    browser,
    siaga,
    link,
    open: (path: string, options: Parameters<typeof openPage>[2] = {}) =>
      openPage(browser, `${siaga.httpUrl}${path}`, options),
    /** With an administrator, who has a second factor. */
    async withAdministrator() {
      const visitor = new Visitor(siaga.httpUrl)
      await visitor.post('/api/v1/session/link', { link, password, name: 'Sari Lestari', email })
      await visitor.login(email)
      return enrolTotp(visitor)
    },
    /** With one who has a password alone. */
    async withNewcomer() {
      const visitor = new Visitor(siaga.httpUrl)
      await visitor.post('/api/v1/session/link', { link, password, name: 'Sari Lestari', email })
    },
  }
}

/** @param uri of the app whose code is asked for next */
async function logIn(page: Page, uri?: string): Promise<void> {
  await page.getByLabel('Surel').fill(email)
  await page.getByLabel('Kata sandi', { exact: true }).fill(password)
  await page.keyboard.press('Enter')
  if (uri === undefined) return
  await page.getByLabel('Kode enam angka').fill(totpCode(uri, 1))
  await page.keyboard.press('Enter')
}

/** The feed is refused until the second factor is there, which a browser reports of its own accord. */
const isNoRefusal = (error: string) => !/(status of|response code:) 40/.test(error)

/** What a password manager goes by. */
const filledBy = (page: Page, label: string) => page.getByLabel(label, { exact: true }).getAttribute('autocomplete')

const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true })

async function expectAccessible(page: Page): Promise<void> {
  for (const theme of ['light', 'dark']) {
    await page.evaluate((one) => document.documentElement.setAttribute('data-theme', one), theme)
    expect(await axeFindings(page)).toEqual([])
  }
}

describe('the first administrator', () => {
  test('opens the printed link once, chooses a password with the keyboard alone, and is in', async () => {
    const { open, link } = await start()
    const { page, errors } = await open(`/login#first=${link}`)
    await heading(page, 'Administrator pertama').waitFor()
    await expectAccessible(page)
    await page.keyboard.press('Tab')
    for (const text of ['Sari Lestari', email, password]) {
      await page.keyboard.type(text)
      await page.keyboard.press('Tab')
    }
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/settings')
    await page.getByText('Sari Lestari').first().waitFor()
    expect(await page.locator('[data-role]').getAttribute('data-role')).toBe('administrator')
    expect(errors.filter(isNoRefusal)).toEqual([])

    const second = await open(`/login#first=${link}`)
    expect(await filledBy(second.page, 'Surel')).toBe('username')
    expect(await filledBy(second.page, 'Kata sandi baru')).toBe('new-password')
    await second.page.getByLabel('Nama lengkap').fill('Orang Lain')
    await second.page.getByLabel('Surel').fill('lain@kalbar.example')
    await second.page.getByLabel('Kata sandi baru').fill(password)
    await second.page.keyboard.press('Enter')
    await second.page.getByText('Tautan ini tidak berlaku lagi').waitFor()
  })
})

describe('logging in', () => {
  test('leads back to the page that was asked for, says who one is, and out again', async () => {
    const { open, withAdministrator, siaga } = await start()
    const { uri } = await withAdministrator()
    const { page, errors } = await open('/explore?range=6h')
    await heading(page, 'Masuk').waitFor()
    await logIn(page, uri)
    await page.waitForURL(`${siaga.httpUrl}/explore?range=6h`)
    await page.locator('.link.live').waitFor()
    await page.getByText('Sari Lestari').waitFor()
    await page.getByRole('button', { name: 'Keluar' }).click()
    await page.waitForURL('**/login')
    await page.goto(`${siaga.httpUrl}/wall`)
    await heading(page, 'Masuk').waitFor()
    expect(errors).toEqual([])
  })

  test('says beneath the field what is missing, and above what was refused, and slows guessing down', async () => {
    const { open, withAdministrator } = await start()
    await withAdministrator()
    const { page } = await open('/login')
    await page.getByRole('button', { name: 'Masuk' }).click()
    await page.getByText('Ketik surel Anda.').waitFor()
    expect(await filledBy(page, 'Surel')).toBe('username')
    expect(await filledBy(page, 'Kata sandi')).toBe('current-password')
    expect(await page.getByLabel('Surel').getAttribute('aria-invalid')).toBe('true')
    await expectAccessible(page)
    await page.getByLabel('Surel').fill(email)
    await page.getByLabel('Kata sandi', { exact: true }).fill('bukan kata sandinya')
    for (let tries = 0; tries < 4; tries += 1) {
      await page.keyboard.press('Enter')
      await page.getByText('Tidak cocok').waitFor()
      await page.getByRole('button', { name: 'Masuk' }).waitFor()
    }
    await page.keyboard.press('Enter')
    await page.getByText('Terlalu banyak percobaan').waitFor()
    await expectAccessible(page)
  })

  test('asks for the code of the app, and takes a recovery code instead', async () => {
    const { open, withAdministrator } = await start()
    const { uri, recoveryCodes } = await withAdministrator()
    const { page } = await open('/login')
    await logIn(page)
    await heading(page, 'Kode sekali pakai').waitFor()
    await expectAccessible(page)
    // The cursor is in the field already.
    await page.keyboard.type(totpCode(uri, 1))
    await page.keyboard.press('Enter')
    await page.getByText('Sari Lestari').waitFor()

    const other = await open('/login')
    await logIn(other.page)
    await other.page.getByRole('button', { name: 'Pakai kode pemulihan' }).click()
    await other.page.keyboard.type(recoveryCodes[0] ?? '')
    await other.page.keyboard.press('Enter')
    await other.page.getByText('Sari Lestari').waitFor()
  })

  test('with a password alone leads to setting up codes, and then on to the page that was asked for', async () => {
    const { open, withNewcomer, siaga } = await start()
    await withNewcomer()
    const { page, errors } = await open('/explore?range=6h')
    await logIn(page)
    await page.getByText('Siaga memerlukan dua bukti').waitFor()
    expect(await page.getByRole('navigation').getByRole('link').allInnerTexts()).toEqual(['Setelan'])
    expect(await page.locator('.link').count()).toBe(0)
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Aktifkan' }).click()
    await page.getByLabel('Kata sandi sekarang').fill(password)
    await page.keyboard.press('Enter')
    const secret = (await page.locator('[data-secret]').innerText()).replaceAll(' ', '')
    await page.getByLabel('Kode enam angka dari aplikasi').fill(totpCode(`otpauth://totp/x?secret=${secret}`))
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Sudah saya simpan' }).click()
    await page.getByRole('link', { name: 'Lanjut ke halaman tadi' }).click()
    await page.waitForURL(`${siaga.httpUrl}/explore?range=6h`)
    await page.locator('.link.live').waitFor()
    expect(errors.filter(isNoRefusal)).toEqual([])
  })

  test('a phone needs no sideways scrolling', async () => {
    const { open, link } = await start()
    for (const path of ['/login', `/login#first=${link}`]) {
      const { page } = await open(path, phone)
      await page.locator('form').waitFor()
      const { scrollWidth, clientWidth } = await page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.documentElement
        return { scrollWidth, clientWidth }
      })
      expect(scrollWidth).toBe(clientWidth)
    }
  })
})

describe('a session that ends', () => {
  test('takes an open page to the login', async () => {
    const { open, withAdministrator } = await start()
    const { uri } = await withAdministrator()
    const { page } = await open('/login')
    await logIn(page, uri)
    await page.locator('.link.live').waitFor()
    await page.evaluate(() =>
      fetch('/api/v1/session/end', {
        method: 'POST',
        body: '{}',
        headers: { 'content-type': 'application/json' },
      }),
    )
    await heading(page, 'Masuk').waitFor()
    expect(page.url()).toContain('/login?next=')
  })
})
