/** Keeps docs/protocol.md and the fixtures in step with the channels table. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { channelNames, channels } from '#contract/channels.ts'
import { decode } from '#contract/codec.ts'
import { isSealed } from '#runtime/record-chain.ts'

const root = join(import.meta.dirname, '../..')
const protocol = readFileSync(join(root, 'docs/protocol.md'), 'utf8')

interface Fixtures {
  readonly valid: unknown[]
  readonly invalid: unknown[]
}

function fixturesOf(channel: string): Fixtures {
  return JSON.parse(readFileSync(join(root, 'test/fixtures/messages', `${channel}.json`), 'utf8'))
}

/** A string is the payload's text as it is; anything else is written as JSON. */
function bytesOf(payload: unknown): Uint8Array {
  return new TextEncoder().encode(typeof payload === 'string' ? payload : JSON.stringify(payload))
}

describe.each(channelNames)('channel %s', (name) => {
  it('has a row in docs/protocol.md with its topic, direction, QoS, retention and size', () => {
    const { topic, from, to, retained, maxBytes } = channels[name]
    const row = `| \`${name}\` | \`${topic}\` | ${from.join(', ')} → ${to.join(', ')} | 1, ${retained ? 'retained' : 'not retained'} | ${maxBytes / 1024} KiB |`
    expect(protocol).toContain(row)
  })

  it('has fixtures, and decodes the valid and refuses the invalid ones', () => {
    expect(existsSync(join(root, 'test/fixtures/messages', `${name}.json`))).toBe(true)
    const { valid, invalid } = fixturesOf(name)
    expect(valid.length).toBeGreaterThan(0)
    expect(invalid.length).toBeGreaterThan(0)
    for (const payload of valid) expect(decode(name, bytesOf(payload))).toMatchObject({ ok: true })
    for (const payload of invalid)
      expect(decode(name, bytesOf(payload)), JSON.stringify(payload)).toMatchObject({ ok: false })
  })
})

describe('record fixtures', () => {
  it('carry the hash of their own bytes', () => {
    const batches = [...fixturesOf('doorEvents').valid, ...fixturesOf('results').valid] as {
      records: Record<string, unknown>[]
    }[]
    for (const { records } of batches) expect(records.every(isSealed)).toBe(true)
  })
})

describe('docs/protocol.md', () => {
  it('names every live event and every HTTP address of the API', () => {
    for (const event of ['snapshot', 'frame', 'pulse', 'resync']) expect(protocol).toContain(`\`${event}\``)
    for (const route of [
      '/api/v1/status',
      '/api/v1/series',
      '/api/v1/transitions',
      '/api/v1/heartbeat/{app}',
      '/hb/{token}',
    ]) {
      expect(protocol).toContain(route)
    }
  })
})
