/** Somebody opened the door with its mechanical key: forced, until a door officer says what it was. Every process is real. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { problemType } from '#contract/problems.ts'
import { axeFindings, openPage } from '../browser/open-page.ts'
import { startBrowser } from '../harness/browser.ts'
import { startDoor } from '../harness/door.ts'
import { password, startLoginStack } from '../harness/login.ts'
import { openLines } from '../harness/offline-door.ts'
import { totpCode } from '../harness/totp.ts'
import { until } from '../harness/until.ts'

const door = 'ruang-server'
const WAIT_MS = 60_000

async function openBench() {
  const browser = await startBrowser()
  const stack = await startLoginStack({ SIAGA_WEB_DIR: 'dist/web' })
  const { siaga } = stack
  await startDoor(siaga, { id: door, fingers: [] })
  const lines = await openLines(join(siaga.dataDir, 'gpio.sock'))
  const records = (kind: string) =>
    siaga.rows('doorEvents').flatMap(({ payload }) => {
      const record = JSON.parse(payload)
      return record.kind === kind ? [record] : []
    })
  const logIn = async (email: string, code: string) => {
    const opened = await openPage(browser, `${siaga.httpUrl}/login?next=%2Fdoors`)
    await opened.page.getByLabel('Surel').fill(email)
    await opened.page.getByLabel('Kata sandi', { exact: true }).fill(password)
    await opened.page.keyboard.press('Enter')
    await opened.page.getByLabel('Kode enam angka').fill(code)
    await opened.page.keyboard.press('Enter')
    await opened.page.getByRole('heading', { name: 'Pintu', exact: true }).waitFor()
    return opened
  }
  return { stack, siaga, lines, records, logIn }
}

test('a door officer explains it: on every screen, and in the journal under their account', async () => {
  const { stack, lines, records, logIn } = await openBench()
  lines.drive('contact', 1)
  const { journal, seq } = await until('the forced opening', () => records('forced')[0], WAIT_MS)
  lines.drive('contact', 0)
  await until('the end of the alarm', () => records('alarm.cleared').length > 0, WAIT_MS)

  const operator = await stack.person('operator')
  const asked = { kind: 'classify', journal, seq, as: 'mechanical-key', reason: 'kunci cadangan' }
  const refused = await operator.visitor.post(`/api/v1/doors/${door}/commands`, asked)
  expect(refused).toMatchObject({ status: 403, body: { type: problemType('not-allowed') } })
  expect(records('command')).toEqual([])

  const officer = await stack.person('door-officer')
  const { page, errors } = await logIn(officer.email, totpCode(officer.uri, 1))
  const opening = page.locator('[data-forced]')
  await opening.getByText('Belum dijelaskan').waitFor()
  await opening.locator('summary').click()
  await page.getByLabel('Yang terjadi').selectOption('mechanical-key')
  expect(await page.getByRole('button', { name: 'Simpan penjelasan' }).isDisabled()).toBe(true)
  await page.getByLabel('Alasan').fill('kunci cadangan dipakai satpam')
  for (const theme of ['light', 'dark']) {
    await page.evaluate((one) => document.documentElement.setAttribute('data-theme', one), theme)
    expect(await axeFindings(page)).toEqual([])
  }
  await page.getByRole('button', { name: 'Simpan penjelasan' }).click()
  await page.getByRole('button', { name: 'Ya, simpan penjelasan' }).click()
  await page.locator('[data-cause="mechanical-key"] b').waitFor()
  expect(await page.locator('[data-cause] b').innerText()).toBe('Dibuka dengan kunci')
  expect(records('command')).toMatchObject([
    {
      ...{ command: 'classify', actor: officer.id, as: 'mechanical-key', of: { journal, seq } },
      reason: 'kunci cadangan dipakai satpam',
    },
  ])
  expect(errors).toEqual([])

  const watching = await stack.person('auditor')
  const other = await logIn(watching.email, totpCode(watching.uri, 1))
  await other.page.getByText('Dibuka dengan kunci').waitFor()
  expect(await other.page.getByText('Jelaskan', { exact: true }).count()).toBe(0)
})
