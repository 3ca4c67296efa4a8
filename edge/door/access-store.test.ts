import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { silentLog } from '#runtime/log.ts'
import { createAccessStore } from './access-store.ts'
import { type DoorStore, openDoorStore } from './door-store.ts'
import { createSlots } from './slots.ts'

const server = generateKeyPairSync('ed25519')
const stranger = generateKeyPairSync('ed25519')

function signed(version: number, changes: object = {}, key: KeyObject = server.privateKey) {
  const body = JSON.stringify({ door: 'komando', version, issuedAt: 1, people: [], ...changes })
  return { body, signature: sign(null, Buffer.from(body), key).toString('base64') }
}

const people = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ person: `p-${index}`, from: 0, until: null }))
/** SQLite's own full disk: the file may not grow. */
const fill = ({ db }: DoorStore) => {
  const { page_count: pages } = z.object({ page_count: z.int() }).parse(db.prepare('PRAGMA page_count').get())
  db.exec(`PRAGMA max_page_count = ${pages}`)
}
const makeRoom = ({ db }: DoorStore) => db.exec('PRAGMA max_page_count = 100000')

describe('access store', () => {
  let directory = ''
  let store: DoorStore
  const open = () => createAccessStore({ store, door: 'komando', commandKey: server.publicKey, log: silentLog })
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'siaga-access-'))
    store = openDoorStore(join(directory, 'door.db'))
  })
  afterEach(() => {
    store.close()
    rmSync(directory, { recursive: true })
  })

  it('takes a newer list and keeps it over a restart', () => {
    const access = open()
    expect(access.current()).toBeUndefined()
    expect(access.offer(signed(3))).toEqual({ outcome: 'accepted' })
    expect(access.offer(signed(3))).toEqual({ outcome: 'unchanged' })
    expect(open().current()).toMatchObject({ version: 3 })
  })

  it('never goes back, nor to another list of the same version', () => {
    const access = open()
    access.offer(signed(3))
    expect(access.offer(signed(2))).toMatchObject({ outcome: 'refused', reason: 'version 2, but 3 is in force' })
    expect(access.offer(signed(3, { issuedAt: 2 }))).toMatchObject({ outcome: 'refused' })
    expect(open().offer(signed(2))).toMatchObject({ outcome: 'refused' })
    expect(access.current()).toMatchObject({ version: 3, issuedAt: 1 })
  })

  it('takes a list of a later series whatever its version, and then none of an earlier one', () => {
    const access = open()
    access.offer(signed(1_000_000_000_000_000))
    expect(access.offer(signed(1, { series: 5 }))).toEqual({ outcome: 'accepted' })
    expect(access.offer(signed(1_000_000_000_000_000))).toMatchObject({
      reason: 'version 1000000000000000, but 1 of series 5 is in force',
    })
    expect(access.offer(signed(9, { series: 4 }))).toMatchObject({ outcome: 'refused' })
    expect(access.offer(signed(2, { series: 5 }))).toEqual({ outcome: 'accepted' })
    expect(open().offer(signed(1, { series: 5 }))).toMatchObject({ outcome: 'refused' })
    expect(open().current()).toMatchObject({ series: 5, version: 2 })
  })

  it('takes nothing that the command key did not sign, byte for byte', () => {
    const access = open()
    const good = signed(1)
    expect(access.offer(signed(1, {}, stranger.privateKey))).toMatchObject({ outcome: 'refused' })
    expect(access.offer({ ...good, body: `${good.body} ` })).toMatchObject({ outcome: 'refused' })
    expect(access.offer({ ...good, signature: 'AAAA' })).toMatchObject({ outcome: 'refused' })
    expect(access.offer({ ...good, signature: '' })).toMatchObject({ outcome: 'refused' })
    expect(access.current()).toBeUndefined()
  })

  it('takes no list of another door and none that is malformed, however well signed', () => {
    const access = open()
    expect(access.offer(signed(1, { door: 'server' }))).toMatchObject({ reason: 'for door server, this is komando' })
    expect(access.offer(signed(1, { people: 'all' }))).toMatchObject({ outcome: 'refused' })
    const body = 'not json'
    const signature = sign(null, Buffer.from(body), server.privateKey).toString('base64')
    expect(access.offer({ body, signature })).toMatchObject({ outcome: 'refused' })
  })

  it('takes a list in force on a full disk, and puts it there as soon as there is room', () => {
    const access = open()
    access.offer(signed(1))
    const longer = signed(2, { people: people(200) })
    fill(store)
    expect(access.offer(longer)).toEqual({ outcome: 'accepted' })
    expect(access.current()).toMatchObject({ version: 2 })
    expect(open().current()).toMatchObject({ version: 1 })
    access.keep()
    expect(open().current()).toMatchObject({ version: 1 })
    makeRoom(store)
    expect(access.offer(longer)).toEqual({ outcome: 'unchanged' })
    access.keep()
    expect(open().current()).toMatchObject({ version: 2 })
  })

  it('uses the space that was put aside', () => {
    store.close()
    let asked = 0
    store = openDoorStore(join(directory, 'door.db'), () => {
      asked += 1
      makeRoom(store)
      return true
    })
    const [access, slots] = [open(), createSlots(store)]
    fill(store)
    access.offer(signed(2, { people: people(200) }))
    expect(open().current()).toMatchObject({ version: 2 })
    fill(store)
    for (let slot = 0; slot < 100; slot += 1) slots.assign({ slot, person: 'p-1', finger: 'kanan'.repeat(12) })
    expect(slots.all()).toHaveLength(100)
    expect(asked).toBe(2)
  })

  it('does not use a list that was damaged on disk', () => {
    open().offer(signed(3, { people: [] }))
    store.db.exec(`UPDATE access SET body = replace(body, '"people":[]', '"people":[{"person":"x"}]')`)
    expect(open().current()).toBeUndefined()
  })
})
