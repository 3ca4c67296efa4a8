/** Commands under way and lately ended, each with what the door said to it. In memory: what was said is in the journal. */
import { randomUUID } from 'node:crypto'
import { decodeText } from '#contract/codec.ts'
import type { CommandKind, Reply } from '#contract/command.ts'
import type { JournalRow } from '../../broker/journal/entry.ts'

export interface CommandView {
  readonly id: string
  readonly door: string
  readonly kind: CommandKind
  /** `progress` until the last word; `unanswered` when none came in time. */
  readonly result: Reply['result'] | 'unanswered'
  /** What the door said, oldest first. */
  readonly replies: readonly Omit<Reply, 'id' | 'boot'>[]
}

export interface Exchange {
  view: CommandView
  /** The last word has come, or is given up. */
  ended: boolean
  onChallenge: (nonce: string) => void
  onLastWord: () => void
}

export interface Exchanges {
  open(door: string, kind: CommandKind): Exchange
  end(exchange: Exchange, result: CommandView['result']): void
  view(door: string, id: string): CommandView | undefined
  /** A command of one of `kinds` that has no last word yet. */
  isUnderWay(door: string, kinds: readonly CommandKind[]): boolean
  /** Takes the journal rows of `challenge` and `reply`. */
  passed(row: JournalRow): void
}

/** Commands that can still be looked up. */
const REMEMBERED_MAX = 200
/** An enrolment tells two steps a touch, and some poor images. */
const REPLIES_MAX = 64

export function createExchanges(): Exchanges {
  const exchanges = new Map<string, Exchange>()

  /** The broker vouches that the row's subject is the door that sent it. */
  const exchangeOf = (row: JournalRow, id: string): Exchange | undefined => {
    const exchange = exchanges.get(id)
    return exchange?.view.door === row.subject && !exchange.ended ? exchange : undefined
  }
  const end: Exchanges['end'] = (exchange, result) => {
    if (exchange.ended) return
    exchange.ended = true
    exchange.view = { ...exchange.view, result }
    exchange.onLastWord()
  }
  const take = (exchange: Exchange | undefined, { id: _id, boot: _boot, ...reply }: Reply) => {
    if (!exchange) return
    exchange.view = { ...exchange.view, replies: [...exchange.view.replies, reply].slice(-REPLIES_MAX) }
    if (reply.result !== 'progress') end(exchange, reply.result)
  }
  return {
    open(door, kind) {
      const view: CommandView = { id: randomUUID(), door, kind, result: 'progress', replies: [] }
      const exchange: Exchange = { view, ended: false, onChallenge: () => {}, onLastWord: () => {} }
      exchanges.set(view.id, exchange)
      for (const [id, { ended }] of exchanges) if (ended && exchanges.size > REMEMBERED_MAX) exchanges.delete(id)
      return exchange
    },
    end,
    view(door, id) {
      const view = exchanges.get(id)?.view
      return view?.door === door ? view : undefined
    },
    isUnderWay: (door, kinds) =>
      [...exchanges.values()].some(({ view, ended }) => view.door === door && !ended && kinds.includes(view.kind)),
    passed(row) {
      if (row.channel === 'challenge') {
        const decoded = decodeText('challenge', row.payload)
        if (decoded.ok) exchangeOf(row, decoded.value.id)?.onChallenge(decoded.value.nonce)
      } else if (row.channel === 'reply') {
        const decoded = decodeText('reply', row.payload)
        if (decoded.ok) take(exchangeOf(row, decoded.value.id), decoded.value)
      }
    },
  }
}
