import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { systemClock } from '#runtime/clock.ts'
import { silentLog } from '#runtime/log.ts'
import type { JournalRow } from '../../broker/journal/entry.ts'
import { openSeries } from '../series/open-series.ts'
import { catchUpSeries } from './keeper.ts'

function emptySeries() {
  const dataDir = mkdtempSync(join(tmpdir(), 'siaga-keeper-'))
  const series = openSeries({ dataDir, log: silentLog, clock: systemClock })
  onTestFinished(async () => {
    await series.close()
    rmSync(dataDir, { recursive: true })
  })
  return series
}

/** A journal of so many marks. */
function journal(rows: number) {
  const mark = {
    channel: 'alive',
    subject: 'broker',
    sender: 'journal',
    boot: 'b',
    fork: false,
    payload: '{}',
  } as const
  return (cursor: number, limit: number): JournalRow[] =>
    Array.from({ length: Math.min(limit, rows - cursor) }, (_, index) => ({
      ...mark,
      ...{ id: cursor + index + 1, receivedMs: 1, monoMs: 1 },
    }))
}

it('catches up a bounded stretch at a time, and says when it got there', () => {
  const series = emptySeries()
  const step = () =>
    catchUpSeries({ series, readAfter: journal(3_500), app: () => undefined, until: 3_500, appendsMax: 2 })
  expect([step(), series.cursor()]).toEqual([false, 2_000])
  expect([step(), series.cursor()]).toEqual([true, 3_500])
})
