/** Records → payload of a batch, in their sealed bytes: parsing and writing them again could change what the hash covers. */
import { RECORDS_PER_BATCH } from '#contract/record.ts'
import type { StoredRecord } from './outbox.ts'

export interface Batch {
  readonly payload: string
  /** Records taken from the front; at least one when there was one. */
  readonly count: number
}

const OPENING = '{"records":['
const CLOSING = ']}'

/** As many records as fit in `maxBytes` and in one batch. */
export function batchOf(records: readonly StoredRecord[], maxBytes: number): Batch {
  let sizeBytes = OPENING.length + CLOSING.length
  let count = 0
  for (const { text } of records.slice(0, RECORDS_PER_BATCH)) {
    sizeBytes += Buffer.byteLength(text) + 1
    if (count > 0 && sizeBytes > maxBytes) break
    count += 1
  }
  const texts = records.slice(0, count).map((record) => record.text)
  return { payload: `${OPENING}${texts.join(',')}${CLOSING}`, count }
}
