import { generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { silentLog } from '#runtime/log.ts'
import type { RecordBody } from '../outbox/outbox.ts'
import { createCommands, type Outcome } from './commands.ts'
import { bootTimeMs } from './commands-clock.ts'

const door = 'ruang-server'
const keys = generateKeyPairSync('ed25519')
const bytes = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value))

function signed(body: object, key = keys.privateKey) {
  const text = JSON.stringify(body)
  return { body: text, signature: sign(null, Buffer.from(text), key).toString('base64') }
}

interface Said {
  readonly channel: string
  readonly payload: { id: string; nonce?: string; result?: string; reason?: string | undefined }
}

function bench(act: () => Outcome | Promise<Outcome> = () => ({ result: 'done' })) {
  const said: Said[] = []
  const order: string[] = []
  const records: RecordBody[] = []
  const state = { bootMs: 1_000, disk: true }
  const commands = createCommands({
    door,
    boot: 'boot-1',
    commandKey: keys.publicKey,
    bootMs: () => state.bootMs,
    record: (body) => {
      if (!state.disk) return false
      records.push(body)
      order.push(body.kind)
      return true
    },
    publish: (channel, payload) => {
      said.push({ channel, payload })
      order.push(channel)
    },
    act: () => {
      order.push('act')
      return act()
    },
    log: silentLog,
  })
  const challenge = (id: string) => {
    commands.hear(bytes({ id, kind: 'challenge' }), false)
    return said.findLast((each) => each.channel === 'challenge')?.payload.nonce ?? ''
  }
  const unlock = (id: string, nonce: string) => ({
    ...{ id, door, nonce, actor: 'demo', reason: 'tamu ditunggu', kind: 'unlock' },
  })
  const send = async (body: object, key = keys.privateKey) => {
    commands.hear(bytes(signed(body, key)), false)
    await new Promise(setImmediate)
  }
  return { commands, said, order, records, state, challenge, unlock, send }
}

describe('commands', () => {
  it('are journalled, then carried out, then answered', async () => {
    const { order, records, said, challenge, unlock, send } = bench()
    await send(unlock('c-1', challenge('c-1')))
    expect(order).toEqual(['challenge', 'command', 'act', 'reply'])
    expect(records[0]).toMatchObject({ id: 'c-1', command: 'unlock', actor: 'demo', reason: 'tamu ditunggu' })
    expect(said.at(-1)?.payload).toEqual({ id: 'c-1', result: 'done', boot: 'boot-1' })
  })

  it('are not carried out when they cannot be journalled', async () => {
    const { order, said, state, challenge, unlock, send } = bench()
    const nonce = challenge('c-1')
    state.disk = false
    await send(unlock('c-1', nonce))
    expect(order).not.toContain('act')
    expect(said.at(-1)?.payload).toMatchObject({ result: 'refused', reason: 'not-recorded' })
  })

  it('tell of a failure as a refusal', async () => {
    const { said, challenge, unlock, send } = bench(() => Promise.reject(new Error('no sensor')))
    await send(unlock('c-1', challenge('c-1')))
    expect(said.at(-1)?.payload).toMatchObject({ result: 'refused', reason: 'failed' })
  })

  it('do nothing but raise a record when replayed, late, altered, retained, forged or for another door', async () => {
    const { commands, order, records, state, challenge, unlock, send } = bench()
    const first = unlock('c-1', challenge('c-1'))
    await send(first)
    await send(first) // replayed
    const late = unlock('c-2', challenge('c-2'))
    state.bootMs += 10_001
    await send(late)
    await send({ ...unlock('c-3', challenge('c-3')), door: 'ruang-rapat' })
    await send(unlock('c-4', challenge('other')))
    await send(unlock('c-5', challenge('c-5')), generateKeyPairSync('ed25519').privateKey)
    const { body, signature } = signed(unlock('c-6', challenge('c-6')))
    commands.hear(bytes({ body: body.replace('tamu', 'Tamu'), signature }), false)
    commands.hear(bytes({ body, signature }), true) // retained
    commands.hear(bytes('nonsense'), false)
    expect(order.filter((each) => each === 'act')).toHaveLength(1)
    expect(records.slice(1).map((record) => [record.kind, record['reason']])).toEqual([
      ['command.rejected', 'no-challenge'],
      ['command.rejected', 'late'],
      ['command.rejected', 'other-door'],
      ['command.rejected', 'wrong-nonce'],
      ['command.rejected', 'unsigned'],
      ['command.rejected', 'unsigned'],
      ['command.rejected', 'retained'],
      ['command.rejected', 'undecodable'],
    ])
  })

  it('have one nonce out: a newer challenge takes the place of the last', async () => {
    const { order, challenge, unlock, send } = bench()
    const first = challenge('c-1')
    challenge('c-2')
    await send(unlock('c-1', first))
    expect(order).not.toContain('act')
  })

  it('bound what a flood can cost', () => {
    const { commands, said, records, state } = bench()
    for (let count = 0; count < 100; count += 1) {
      commands.hear(bytes({ id: `c-${count}`, kind: 'challenge' }), false)
      commands.hear(bytes('nonsense'), false)
    }
    expect(said).toHaveLength(12)
    expect(records).toHaveLength(10)
    state.bootMs += 60_000
    commands.hear(bytes('nonsense'), false)
    expect(records.at(-1)).toMatchObject({ kind: 'command.rejected', suppressed: 90 })
  })

  it('know only what the contract knows', async () => {
    const { order, records, challenge, unlock, send } = bench()
    await send({ ...unlock('c-1', challenge('c-1')), kind: 'open-for-ever' })
    await send({ ...unlock('c-2', challenge('c-2')), pulseMs: 10_001 })
    await send({ ...unlock('c-3', challenge('c-3')), reason: ' ' })
    expect(order).not.toContain('act')
    expect(records.every((record) => record['reason'] === 'malformed')).toBe(true)
  })
})

it('the boot clock counts milliseconds since the kernel started', () => {
  expect(bootTimeMs()).toBeGreaterThan(1_000)
})
