import { afterEach, beforeEach, expect, it } from 'vitest'
import { systemClock } from '#runtime/clock.ts'
import { type OpdApplication, startOpdApplication } from './opd-application.ts'
import { createRandom } from './random.ts'

const app = {
  id: 'lapor',
  name: 'Lapor',
  wallName: 'Lapor',
  opd: 'Diskominfo',
  service: 'Aduan',
  criticality: 1,
} as const
let application: OpdApplication
beforeEach(async () => {
  application = await startOpdApplication(app, { clock: systemClock, random: createRandom(1) })
})
afterEach(() => application.close())

const status = async () => (await fetch(application.address)).status

it('answers as its mode says', async () => {
  expect(await status()).toBe(200)
  await application.setMode('failing')
  expect(await status()).toBe(500)
  await application.setMode('normal')
  expect(await status()).toBe(200)
})

it('is really gone while stopped, and comes back at the same address', async () => {
  const { address } = application
  await application.setMode('stopped')
  await expect(status()).rejects.toThrow('fetch failed')
  await application.setMode('normal')
  expect(application.address).toBe(address)
  expect(await status()).toBe(200)
})

it('cuts off whoever waits when it stops', async () => {
  await application.setMode('slow')
  const waiting = expect(fetch(application.address)).rejects.toThrow()
  await application.setMode('stopped')
  await waiting
})
