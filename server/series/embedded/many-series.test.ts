import { describe, expect, test } from 'vitest'
import { parseSeriesQuery } from '../query.ts'
import { EmbeddedStore } from './embedded-store.ts'

const startMs = Date.parse('2026-11-24T00:00:00Z')
const nowMs = startMs + 3 * 3_600_000
const APPS = 60

describe('rollup reader', () => {
  test('looking up one series and reading all of them give the same answer', async () => {
    const store = new EmbeddedStore(':memory:', { wallMs: () => nowMs, monoMs: () => 0 })
    const observations = Array.from({ length: 3_000 }, (_, i) => ({
      kind: 'heartbeat' as const,
      rowId: i + 1,
      app: `app-${i % APPS}`,
      opd: 'bkd',
      region: 'kota-a',
      receivedMs: startMs + i * 3_000,
      latencyMs: (i * 7919) % 1_000,
      status: 'up' as const,
    }))
    store.append({ observations, cursor: 3_000 })
    for (const fn of ['count', 'mean', 'max', 'p95']) {
      for (const every of ['5m', '1h']) {
        const ask = async (where: string) => {
          const query = { measurement: 'heartbeat', fn, every, where, by: 'app', from: '2026-11-24T00:00:00Z' }
          return (await store.query(parseSeriesQuery(query, nowMs))).rows
        }
        const all = await ask('')
        const one = await ask('app:app-7')
        expect(all.filter((row) => row[1] === 'app-7')).toEqual(one)
        expect(one.length).toBeGreaterThan(2)
      }
    }
    store.close()
  })
})
