import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { systemClock } from '#runtime/clock.ts'
import { type Supervised, supervise } from './supervise.ts'

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
  await vi.waitFor(() => expect(log()).toMatch(/lives \d+ 1/), 5_000)
  process.kill(Number(/lives (\d+)/.exec(log())?.[1]), 'SIGKILL')
  await vi.waitFor(() => expect(log().match(/lives/g)).toHaveLength(2), 5_000)
  expect(said).toEqual(['anak mati (SIGKILL), dijalankan lagi dalam 0,3 dtk'])
})

it('shows errors briefly and keeps all in the log', async () => {
  start(
    `console.error(JSON.stringify({ level: 50, msg: 'disk full' })); console.error('quiet'); setInterval(() => {}, 1000)`,
  )
  await vi.waitFor(() => expect(log()).toContain('quiet'), 5_000)
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
  await vi.waitFor(() => expect(log()).toContain('ready'), 5_000)
  await child?.close()
  expect(log()).toContain('closing')
  expect(said).toEqual([])
})
