import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { silentLog } from '#runtime/log.ts'
import type { JournalRow } from '../../broker/journal/entry.ts'
import { createDoorCommands } from './door-commands.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const door = 'ruang-server'
const unlock = { kind: 'unlock', override: false, reason: 'tamu ditunggu' } as const
const enrol = { kind: 'enrol', person: 'asn-0001', finger: 'kanan', duress: false, reason: 'pegawai baru' } as const

const by = { actor: 'demo', mayStill: () => true }

function bench({ online = true, broker = true } = {}) {
  const sent: { id: string; kind?: string; body?: string }[] = []
  const commands = createDoorCommands({
    publish: async (topic, payload) => {
      if (!broker) throw new Error('the broker is not connected')
      expect(topic).toBe(`siaga/v1/doors/${door}/command`)
      sent.push(JSON.parse(payload))
    },
    key: { publicKeyPem: '', sign: (body) => ({ body, signature: 'AAAA' }) },
    isOnline: (id) => (id === door ? online : undefined),
    clock: { wallMs: () => Date.now(), monoMs: () => Date.now() },
    log: silentLog,
  })
  const row = (channel: 'challenge' | 'reply', payload: object, subject = door): JournalRow => ({
    ...{ id: 1, channel, subject, sender: `door:${subject}`, receivedMs: 0, monoMs: 0, boot: 'b', fork: false },
    payload: JSON.stringify(payload),
  })
  const say = async (channel: 'challenge' | 'reply', payload: object, subject?: string) => {
    commands.passed(row(channel, payload, subject))
    await vi.advanceTimersByTimeAsync(0)
  }
  const nonce = 'n'.repeat(43)
  const idOf = (index = 0) => sent[index]?.id ?? ''
  return { commands, sent, say, nonce, idOf }
}

describe('commands to doors', () => {
  it('ask for a challenge, sign its nonce, and end with the last word', async () => {
    const { commands, sent, say, nonce, idOf } = bench()
    const given = commands.give(door, unlock, by)
    await say('challenge', { id: idOf(), nonce }, 'ruang-rapat') // another door cannot answer for this one
    expect(sent).toHaveLength(1)
    await say('challenge', { id: idOf(), nonce })
    expect(JSON.parse(sent[1]?.body ?? '')).toEqual({
      ...{ ...unlock, id: idOf(), door, nonce, actor: 'demo', at: Date.now() },
    })
    await say('reply', { id: idOf(), result: 'done' }, 'ruang-rapat')
    expect(commands.view(door, idOf())?.result).toBe('progress')
    await say('reply', { id: idOf(), result: 'done' })
    expect(await given).toMatchObject({ ok: true, command: { id: idOf(), kind: 'unlock', result: 'done' } })
    expect(commands.view('ruang-rapat', idOf())).toBeUndefined()
    commands.close()
  })

  it('tell an enrolment step by step, after the one who asked was answered', async () => {
    const { commands, say, nonce, idOf } = bench()
    const given = commands.give(door, enrol, by)
    await say('challenge', { id: idOf(), nonce })
    await say('reply', { id: idOf(), result: 'progress', step: 'touch', touch: 1, touches: 5 })
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await given).toMatchObject({ ok: true, command: { result: 'progress', replies: [{ step: 'touch' }] } })
    const erase = { kind: 'delete', person: 'asn-0002', reason: 'pindah tugas' } as const
    expect(await commands.give(door, erase, by)).toEqual({ ok: false, refusal: 'busy' })
    await say('reply', { id: idOf(), result: 'done', quality: 161 })
    expect(commands.view(door, idOf())).toMatchObject({ result: 'done', replies: [{}, { quality: 161 }] })
    commands.close()
  })

  it('lock and unlock whatever else is under way or was never answered', async () => {
    const { commands, sent, say, nonce, idOf } = bench()
    void commands.give(door, enrol, by)
    await say('challenge', { id: idOf(), nonce })
    const locking = commands.give(door, { kind: 'lockdown', reason: 'ancaman' }, by)
    // The door has one nonce out at a time, so the second asks for its own when the first has used its.
    const unlocking = commands.give(door, { ...unlock, override: true }, by)
    await vi.advanceTimersByTimeAsync(0)
    expect(sent).toHaveLength(3)
    await say('challenge', { id: idOf(2), nonce })
    expect(sent.slice(3)).toMatchObject([{ body: expect.stringContaining('lockdown') }, { kind: 'challenge' }])
    await say('challenge', { id: idOf(4), nonce })
    await say('reply', { id: idOf(2), result: 'done' })
    await say('reply', { id: idOf(4), result: 'done' })
    expect(await locking).toMatchObject({ ok: true, command: { kind: 'lockdown', result: 'done' } })
    expect(await unlocking).toMatchObject({ ok: true, command: { kind: 'unlock', result: 'done' } })
    commands.close()
  })

  it('are signed for nobody whose right has gone meanwhile', async () => {
    const { commands, sent, say, nonce, idOf } = bench()
    let may = true
    const given = commands.give(door, unlock, { actor: 'p', mayStill: () => may })
    may = false
    await say('challenge', { id: idOf(), nonce })
    expect(await given).toEqual({ ok: false, refusal: 'right-lost' })
    expect(sent).toHaveLength(1)
    commands.close()
  })

  it('wait for a challenge that never comes no longer than it may take', async () => {
    const { commands, sent } = bench()
    const first = commands.give(door, unlock, by)
    void commands.give(door, { kind: 'lockdown', reason: 'ancaman' }, by)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(await first).toEqual({ ok: false, refusal: 'no-challenge' })
    expect(sent).toHaveLength(2)
    commands.close()
  })

  it('are refused at once, and never kept, where the door is away or unknown', async () => {
    const { commands, sent } = bench({ online: false })
    expect(await commands.give(door, unlock, by)).toEqual({ ok: false, refusal: 'offline' })
    expect(await commands.give('gudang', unlock, by)).toEqual({ ok: false, refusal: 'unknown-door' })
    expect(sent).toEqual([])
  })

  it('are not sent without a challenge, nor without a broker', async () => {
    const silent = bench()
    const given = silent.commands.give(door, unlock, by)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(await given).toEqual({ ok: false, refusal: 'no-challenge' })
    await silent.say('challenge', { id: silent.idOf(), nonce: silent.nonce })
    expect(silent.sent).toHaveLength(1)
    const { commands } = bench({ broker: false })
    expect(await commands.give(door, unlock, by)).toEqual({ ok: false, refusal: 'broker' })
    silent.commands.close()
    commands.close()
  })

  it('are given up when the last word never comes', async () => {
    const { commands, say, nonce, idOf } = bench()
    const given = commands.give(door, unlock, by)
    await say('challenge', { id: idOf(), nonce })
    await vi.advanceTimersByTimeAsync(180_000)
    await given
    expect(commands.view(door, idOf())?.result).toBe('unanswered')
    commands.close()
  })

  it('are six a minute for a door at most, and four lockdowns besides', async () => {
    const { commands, sent, say, nonce, idOf } = bench()
    const giveOne = async (index: number) => {
      const given = commands.give(door, unlock, by)
      await say('challenge', { id: idOf(index * 2), nonce })
      await say('reply', { id: idOf(index * 2), result: 'done' })
      return given
    }
    for (let index = 0; index < 6; index += 1) expect(await giveOne(index)).toMatchObject({ ok: true })
    expect(await giveOne(6)).toEqual({ ok: false, refusal: 'rate' })
    // An emergency does not wait for them.
    const lockdowns = Array.from({ length: 5 }, () => commands.give(door, { kind: 'lockdown', reason: 'ancaman' }, by))
    expect(await lockdowns.at(-1)).toEqual({ ok: false, refusal: 'rate' })
    expect(sent).toHaveLength(13)
    await vi.advanceTimersByTimeAsync(60_000)
    // The door gave no challenge to the four that were let through.
    expect(await giveOne(8)).toMatchObject({ ok: true })
    commands.close()
  })
})
