import { describe, expect, it } from 'vitest'
import type { ChannelName } from './channels.ts'
import { decode, decodeText } from './codec.ts'
import { parseTopic, topicFilter, topicName } from './topics.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

describe('codec', () => {
  it('reads an empty heartbeat as up', () => {
    expect(decode('heartbeat', bytes(''))).toMatchObject({ ok: true, value: { status: 'up' } })
  })

  it('ignores unknown keys and reads ISO times', () => {
    const decoded = decode('heartbeat', bytes('{"status":"down","at":"2026-11-24T09:44:18+07:00","colour":"red"}'))
    expect(decoded).toMatchObject({ ok: true, value: { status: 'down', at: Date.UTC(2026, 10, 24, 2, 44, 18) } })
    expect(decoded.ok && 'colour' in decoded.value).toBe(false)
  })

  it('takes a sender whose clock was never set, and refuses microseconds', () => {
    const at = (text: string) => decode('heartbeat', bytes(`{"at":${text}}`))
    expect(at('"1970-01-01T00:00:00+07:00"')).toMatchObject({ ok: true, value: { at: -25_200_000 } })
    expect(at('1795496400000000')).toMatchObject({ ok: false })
    expect(at('"0000-01-01T00:00:00+14:00"')).toMatchObject({ ok: false })
  })

  it('ignores one byte order mark, in bytes and in the text that the journal keeps of them', () => {
    const both = (sent: string) => [
      decode('heartbeat', bytes(sent)),
      decodeText('heartbeat', Buffer.from(bytes(sent)).toString('utf8')),
    ]
    const down = { ok: true, value: { status: 'down' } }
    expect(both('\uFEFF{"status":"down"}')).toMatchObject([down, down])
    expect(both('\uFEFF')).toMatchObject([{ ok: true }, { ok: true }])
    expect(both('\uFEFF\uFEFF{}')).toMatchObject([{ ok: false }, { ok: false }])
  })

  it('says what is wrong instead of throwing', () => {
    expect(decode('heartbeat', bytes('{"status":"fine"}'))).toMatchObject({ ok: false })
    expect(decode('heartbeat', new Uint8Array([0xff, 0xfe]))).toMatchObject({ ok: false })
    expect(decode('heartbeat', bytes(' '.repeat(5000)))).toEqual({
      ok: false,
      reason: '5000 bytes, the limit of heartbeat is 4096',
    })
    expect(decode('pulse', bytes(''))).toMatchObject({ ok: false })
  })
})

describe('a payload with many faults', () => {
  const reasonOf = (name: ChannelName, payload: unknown) => {
    const decoded = decode(name, bytes(JSON.stringify(payload)))
    return decoded.ok ? undefined : decoded.reason
  }

  it('is told by the length of a list, else by the first item that is wrong', () => {
    const batch = (records: unknown) => reasonOf('doorEvents', { records })
    for (const records of [[], new Array(51).fill({}), { length: 1 }]) {
      expect(batch(records)).toBe('✖ must be a list of 1 to 50\n  → at records')
    }
    const state = { lock: 'locked', contact: 'closed', sensor: 'ready', clock: 'synced', at: 0, simulated: true }
    const deletions = (pendingDeletions: unknown) =>
      reasonOf('doorState', { ...state, outboxDepth: 0, accessVersion: 0, alarms: [], pendingDeletions })
    expect(deletions(new Array(1000).fill('p'))).toBeUndefined()
    const [first, second, ...none] = deletions(['p', ...new Array(999).fill(0)])?.split('\n') ?? []
    expect([first, second, none]).toEqual([expect.any(String), '  → at pendingDeletions[1]', []])
  })

  it('is told by the number of its metrics before any is looked at', () => {
    const metrics = (count: number, name: string) =>
      reasonOf('heartbeat', {
        metrics: Object.fromEntries(Array.from({ length: count }, (_, index) => [`${name}${index}`, 1])),
      })
    expect(metrics(16, 'm')).toBeUndefined()
    expect(metrics(17, '~')).toBe('✖ at most 16 metrics\n  → at metrics')
    expect(metrics(16, '~')?.split('\n')).toHaveLength(10)
  })
})

describe('topics', () => {
  it('builds and parses the same topic', () => {
    const topic = topicName('doorEvents', { door: 'ruang-komando' })
    expect(topic).toBe('siaga/v1/doors/ruang-komando/events')
    expect(parseTopic(topic)).toEqual({ channel: 'doorEvents', subject: 'ruang-komando' })
  })

  it('makes the filter of a channel', () => {
    expect(topicFilter('doorEvents')).toBe('siaga/v1/doors/+/events')
  })

  it('refuses ids that would change the topic', () => {
    expect(() => topicName('heartbeat', { app: 'a/b' })).toThrow(RangeError)
    expect(parseTopic('siaga/v1/apps/+/heartbeat')).toBeUndefined()
    expect(parseTopic('siaga/v1/apps/A/heartbeat')).toBeUndefined()
  })
})
