/**
 * The access list in force. A list counts only when the command key signed the very bytes of its body (Ed25519), it
 * names this door, and its series and version are higher than the last; the last good one outlives restarts and a lost
 * server.
 */
import { type KeyObject, verify } from 'node:crypto'
import { z } from 'zod'
import { AccessList } from '#contract/access-list.ts'
import { Signed } from '#contract/signed.ts'
import type { Log } from '#runtime/log.ts'
import type { DoorStore } from './door-store.ts'

export interface AccessStore {
  current(): AccessList | undefined
  /**
   * Takes a list in. Where it cannot be put on disk it is in force all the same: whoever is on it no longer must not enter
   * until there is room. A refused one changes nothing; the reason is logged and returned.
   */
  offer(signed: Signed): Offer
  /** Puts the list in force on disk, if it is not there yet. */
  keep(): void
}

type Offer = { readonly outcome: 'accepted' | 'unchanged' } | { readonly outcome: 'refused'; readonly reason: string }

interface AccessOptions {
  readonly store: DoorStore
  readonly door: string
  readonly commandKey: KeyObject
  readonly log: Log
}

export function createAccessStore({ store, door, commandKey, log }: AccessOptions): AccessStore {
  const read = store.db.prepare('SELECT body, signature FROM access WHERE id = 1')
  const insert = store.db.prepare('INSERT OR REPLACE INTO access (id, body, signature) VALUES (1, ?, ?)')
  const saved = Signed.optional().parse(read.get())
  let inForce = saved && readSaved(saved)
  let unsaved: Signed | undefined

  function readSaved(signed: Signed) {
    const checked = checkSigned(signed, door, commandKey)
    if (typeof checked !== 'string') return { list: checked, body: signed.body }
    log.error(
      { reason: checked },
      'the access list on disk is not good and is not used: nobody enters until the next one',
    )
    return undefined
  }
  function judge(signed: Signed): Offer & { list?: AccessList } {
    const checked = checkSigned(signed, door, commandKey)
    if (typeof checked === 'string') return { outcome: 'refused', reason: checked }
    if (inForce === undefined) return { outcome: 'accepted', list: checked }
    if (inForce.body === signed.body) return { outcome: 'unchanged' }
    if (isNewer(checked, inForce.list)) return { outcome: 'accepted', list: checked }
    return { outcome: 'refused', reason: `version ${numberOf(checked)}, but ${numberOf(inForce.list)} is in force` }
  }
  const save = (signed: Signed) => {
    try {
      store.write(insert, signed.body, signed.signature)
      unsaved = undefined
    } catch (error) {
      unsaved = signed
      log.error({ err: error }, 'access list in force, but not on disk: a restart would bring back the one before')
    }
  }
  return {
    current: () => inForce?.list,
    offer(signed) {
      const { list, ...offer } = judge(signed)
      if (list) {
        save(signed)
        inForce = { list, body: signed.body }
        log.info({ version: list.version, people: list.people.length }, 'access list in force')
      }
      if (offer.outcome === 'refused') log.warn({ reason: offer.reason }, 'access list refused')
      return offer
    },
    keep: () => {
      if (unsaved) save(unsaved)
    },
  }
}

/** A later series first: only the server begins one, and in it counts from 1 again. */
function isNewer(list: AccessList, than: AccessList): boolean {
  return list.series === than.series ? list.version > than.version : list.series > than.series
}

function numberOf({ series, version }: AccessList): string {
  return series === 0 ? `${version}` : `${version} of series ${series}`
}

/** The list, or why it is none. */
function checkSigned({ body, signature }: Signed, door: string, commandKey: KeyObject): AccessList | string {
  if (!verify(null, Buffer.from(body), commandKey, Buffer.from(signature, 'base64'))) {
    return 'not signed by the command key'
  }
  const parsed = AccessList.safeParse(parseJson(body))
  if (!parsed.success) return z.prettifyError(parsed.error)
  if (parsed.data.door !== door) return `for door ${parsed.data.door}, this is ${door}`
  return parsed.data
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // the schema then says what is missing
  }
}
