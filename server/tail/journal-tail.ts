/**
 * Reads the journal as it grows and hands its rows on in order. Woken by the doorbell; polls as well, so that a lost
 * ring costs at most one poll.
 */

import type { Log } from '#runtime/log.ts'
import { listenDoorbell } from '../../broker/journal/doorbell.ts'
import type { JournalRow } from '../../broker/journal/entry.ts'
import { doorbellPath } from '../../broker/journal/files.ts'
import { type JournalReader, openJournalReader } from '../../broker/journal/reader.ts'

/** Rows handled before sockets get their turn: about 5 ms. */
const ROWS_PER_TURN = 500
const POLL_WITH_DOORBELL_MS = 250
/** `PRAGMA data_version` and an indexed read cost some 20 µs. */
const POLL_WITHOUT_DOORBELL_MS = 10

export interface JournalTail {
  /** Id of the last row handed on. */
  cursor(): number
  /** Id of the last row in the journal; 0 when there is none. */
  lastId(): number
  /** The reader, as soon as the journal exists. */
  reader(): JournalReader | undefined
  /** Reads what is there now; called before waiting for something that must have been written. */
  poke(): void
  close(): void
}

export interface JournalTailOptions {
  readonly dataDir: string
  readonly cursor: number
  readonly log: Log
  /** What it throws is logged, and the rows come again: none of them may be handled by then. */
  readonly onRows: (rows: readonly JournalRow[]) => void
}

export function startJournalTail({ dataDir, cursor: start, log, onRows }: JournalTailOptions): JournalTail {
  let reader: JournalReader | undefined
  let cursor = start
  let scheduled = false
  let closed = false
  let failing = false

  const open = () => {
    reader ??= openJournalReader(dataDir)
    if (!reader || cursor === 0) return reader
    const last = reader.lastId()
    if (cursor > last) {
      log.error(
        { cursor, last },
        'the journal ends before what was already read: it was replaced; reading on from its end',
      )
      cursor = last
    }
    return reader
  }
  const readOn = () => {
    const rows = (reader ?? open())?.readAfter(cursor, ROWS_PER_TURN) ?? []
    const last = rows.at(-1)
    if (!last) return
    onRows(rows)
    cursor = last.id
    if (rows.length === ROWS_PER_TURN) wake()
  }
  const turn = () => {
    scheduled = false
    if (closed) return
    try {
      readOn()
      failing = false
    } catch (error) {
      if (!failing) log.error({ err: error, cursor }, 'the journal is not read on; trying again at each poll')
      failing = true
    }
  }
  const wake = () => {
    if (scheduled || closed) return
    scheduled = true
    setImmediate(turn)
  }
  const doorbell = listenDoorbell(doorbellPath(dataDir), wake)
  let timer: NodeJS.Timeout
  const poll = () => {
    wake()
    timer = setTimeout(poll, doorbell.isConnected() ? POLL_WITH_DOORBELL_MS : POLL_WITHOUT_DOORBELL_MS)
  }
  poll()

  return {
    cursor: () => cursor,
    lastId: () => reader?.lastId() ?? 0,
    reader: () => reader,
    poke: wake,
    close() {
      closed = true
      clearTimeout(timer)
      doorbell.close()
      reader?.close()
    },
  }
}
