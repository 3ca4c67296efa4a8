/** Records as they are kept: sealed text in a chain (rule: contract/record.ts). Pure. */
import { z } from 'zod'
import { firstPrev } from '#contract/record.ts'
import { recordHash } from '#runtime/record-chain.ts'

export interface SealedRecord {
  readonly text: string
  readonly hash: string
}

/** The end of a chain: what the next record follows. */
export interface ChainTip {
  readonly seq: number
  readonly hash: string
}

export const emptyTip: ChainTip = { seq: 0, hash: firstPrev }

const Hashed = z.looseObject({ hash: z.string() })

export function sealed(record: Readonly<Record<string, unknown>>): SealedRecord {
  const hash = recordHash(record)
  return { text: JSON.stringify({ ...record, hash }), hash }
}

/** @param newest the last record there is */
export function tipOf(newest: { readonly seq: number; readonly text: string } | undefined): ChainTip {
  return newest ? { seq: newest.seq, hash: Hashed.parse(JSON.parse(newest.text)).hash } : emptyTip
}

/** A record of a former journal as the next one of another: what it says and when stays, its old key is in `was`. */
export function carriedOver(text: string, journal: string, tip: ChainTip): SealedRecord {
  const { hash, ...record } = Hashed.parse(JSON.parse(text))
  const was = { journal: record['journal'], seq: record['seq'], hash }
  return sealed({ ...record, journal, seq: tip.seq + 1, was, prev: tip.hash })
}
