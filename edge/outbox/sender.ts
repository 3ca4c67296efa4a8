/**
 * Which records are sent when. In seq order, a bounded number ahead of the journal's `acknowledged`, again from there
 * when it stands still or falls back. A PUBACK means nothing here: a broker can take a message and lose it.
 */
import { type Acknowledged, RECORDS_PER_BATCH } from '#contract/record.ts'
import type { Log } from '#runtime/log.ts'
import { batchOf } from './batch.ts'
import type { Outbox } from './outbox.ts'

export interface SenderOptions {
  readonly outbox: Outbox
  /** Largest payload of the records channel. */
  readonly maxBytes: number
  readonly publish: (payload: string) => void
  /** The journal has more than this outbox ever sent, so it went on as a new journal: somebody brought back an old one. */
  readonly onSetBack: () => void
  readonly log: Log
}

export interface Sender {
  /** Connected: sending starts at the journal's first word, or without one after 2 s. */
  start(): void
  stop(): void
  /** The journal's word. */
  acknowledged(acknowledged: Acknowledged): void
  /** There may be new records. */
  wake(): void
}

/** Records sent ahead of the acknowledgement: four batches, so that a slow journal is not flooded. */
const WINDOW_RECORDS = 4 * RECORDS_PER_BATCH
/** A broker that keeps no retained `acknowledged` (a new door at a stock broker) must not silence the door. */
const FIRST_WORD_MS = 2_000
/** Standing still for so long, what was sent is taken for lost; doubles up to a minute. */
const RESEND_MIN_MS = 5_000
const RESEND_MAX_MS = 60_000

export function createSender({ outbox, maxBytes, publish, onSetBack, log }: SenderOptions): Sender {
  let sending = false
  let next = 1
  let resendMs = RESEND_MIN_MS
  let timer: NodeJS.Timeout | undefined

  const disarm = () => {
    clearTimeout(timer)
    timer = undefined
  }
  const arm = (delayMs: number, task: () => void) => {
    disarm()
    timer = setTimeout(() => {
      timer = undefined
      task()
    }, delayMs)
  }
  const restart = () => {
    disarm()
    sending = true
    next = outbox.acknowledgedSeq + 1
    pump()
  }
  const resend = () => {
    log.warn({ from: outbox.acknowledgedSeq + 1, to: next - 1, resendMs }, 'records not acknowledged: sent again')
    resendMs = Math.min(RESEND_MAX_MS, resendMs * 2)
    restart()
  }
  const pump = () => {
    if (!sending) return
    const limit = Math.min(outbox.lastSeq, outbox.acknowledgedSeq + WINDOW_RECORDS)
    if (next <= limit) rememberSent(outbox, log)
    while (next <= limit) {
      const records = outbox.readFrom(next, Math.min(RECORDS_PER_BATCH, limit - next + 1))
      const { payload, count } = batchOf(records, maxBytes)
      const last = records[count - 1]
      if (!last) break
      publish(payload)
      next = last.seq + 1
      // Armed at the oldest unanswered batch: new records must not put off the resend of lost ones.
      if (!timer) arm(resendMs, resend)
    }
    if (next === outbox.acknowledgedSeq + 1) disarm()
  }

  return {
    start: () => {
      // The word may have come before: it is retained and follows the subscription at once.
      if (!sending) arm(FIRST_WORD_MS, restart)
    },
    stop: () => {
      sending = false
      disarm()
    },
    acknowledged(word) {
      if (word.journal === outbox.journal && word.seq > outbox.sentSeq) {
        log.error(
          { acknowledged: word.seq, sent: outbox.sentSeq },
          'the journal has more than was ever sent: an old outbox',
        )
        outbox.renew(word.seq)
        onSetBack()
        return restart()
      }
      const before = outbox.acknowledgedSeq
      outbox.acknowledge(word)
      const now = outbox.acknowledgedSeq
      if (now > before) {
        resendMs = RESEND_MIN_MS
        if (sending && next > now + 1) arm(resendMs, resend)
      }
      if (!sending || now < before || next <= now) restart()
      else pump()
    },
    wake: pump,
  }
}

/** Before it is sent, so that no acknowledgement is a surprise after a restart. */
function rememberSent(outbox: Outbox, log: Log): void {
  try {
    outbox.markSent()
  } catch (error) {
    // On a full disk it is told all the same: the worst that follows is a set-back that was none, stored once.
    log.warn({ err: error }, 'not remembered what is sent: check the disk of the outbox')
  }
}
