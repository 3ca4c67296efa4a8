/** What the disk costs by itself: append 200 bytes and fsync, as a commit of Node's SQLite does, with nothing else around it. */
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { systemClock } from '#runtime/clock.ts'
import { serve } from '../child.ts'

export interface SyncQuestion {
  readonly directory: string
  readonly writes: number
  readonly everyMs: number
}

const RECORD_BYTES = 200

/** Answers the duration of each write with its sync, ms. */
serve<SyncQuestion, number[]>(async ({ directory, writes, everyMs }) => {
  const path = join(directory, 'sync-probe')
  const file = openSync(path, 'w')
  const record = Buffer.alloc(RECORD_BYTES, 1)
  const durations: number[] = []
  for (let index = 0; index < writes; index++) {
    const startMs = systemClock.monoMs()
    writeSync(file, record)
    fsyncSync(file)
    durations.push(systemClock.monoMs() - startMs)
    await delay(everyMs)
  }
  closeSync(file)
  rmSync(path)
  return durations
})
