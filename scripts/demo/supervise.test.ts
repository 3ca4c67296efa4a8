import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { systemClock } from '#runtime/clock.ts'
import { type Supervised, supervise } from './supervise.ts'

/** Each test starts real processes; a busy machine takes its time. */
const WITHIN_MS = 20_000
vi.setConfig({ testTimeout: 2 * WITHIN_MS })

let logs = ''
let said: string[] = []
let child: Supervised | undefined
beforeEach(() => {
  logs = mkdtempSync(join(tmpdir(), 'siaga-supervise-'))
  said = []
})
afterEach(async () => {
  await child?.close()
  rmSync(logs, { recursive: true })
})

const start = (code: string) => {
  const plan = { name: 'anak', args: ['-e', code], env: { SIAGA_TEST: '1' } }
  child = supervise(plan, { root: logs, logs, clock: systemClock, say: (line) => said.push(line) })
  return child
}
const log = () => readFileSync(join(logs, 'anak.log'), 'utf8')

it('starts a child that was killed again, and says so', async () => {
  start(`console.log('lives', process.pid, process.env.SIAGA_TEST); setInterval(() => {}, 1000)`)
  await vi.waitFor(() => expect(log()).toMatch(/lives \d+ 1/), WITHIN_MS)
  process.kill(Number(/lives (\d+)/.exec(log())?.[1]), 'SIGKILL')
  await vi.waitFor(() => expect(log().match(/lives/g)).toHaveLength(2), WITHIN_MS)
  expect(said).toEqual(['anak mati (SIGKILL), dijalankan lagi dalam 0,3 dtk'])
})

it('shows errors briefly and keeps all in the log', async () => {
  start(
    `console.error(JSON.stringify({ level: 50, msg: 'disk full' })); console.error('quiet'); setInterval(() => {}, 1000)`,
  )
  await vi.waitFor(() => expect(log()).toContain('quiet'), WITHIN_MS)
  expect(said).toEqual(['anak: disk full'])
})

it('does not repeat a start whose settings are refused', async () => {
  await expect(start('process.exit(78)').refused).resolves.toContain('setelan ditolak')
  expect(said).toEqual([])
})

it('closes a child by asking it, and does not start it again', async () => {
  start(
    `process.on('SIGTERM', () => { console.log('closing'); process.exit(0) }); console.log('ready'); setInterval(() => {}, 1000)`,
  )
  await vi.waitFor(() => expect(log()).toContain('ready'), WITHIN_MS)
  await child?.close()
  expect(log()).toContain('closing')
  expect(said).toEqual([])
})
