import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectSequences } from '../fixtures/mqtt-conformance/connect.ts'
import { deliverySequences } from '../fixtures/mqtt-conformance/delivery.ts'
import { framingSequences } from '../fixtures/mqtt-conformance/framing.ts'
import { publishSequences } from '../fixtures/mqtt-conformance/publish.ts'
import type { Sequence } from '../fixtures/mqtt-conformance/sequence.ts'
import { sessionSequences } from '../fixtures/mqtt-conformance/sessions.ts'
import { statements } from '../fixtures/mqtt-conformance/statements.ts'
import { subscribeSequences } from '../fixtures/mqtt-conformance/subscribe.ts'
import { topicSequences } from '../fixtures/mqtt-conformance/topics.ts'
import { openTestBroker, type TestBroker } from '../harness/broker.ts'
import { Exchange } from '../harness/mqtt-exchange.ts'
import { until } from '../harness/until.ts'

const tables: Readonly<Record<string, readonly Sequence[]>> = {
  connect: connectSequences,
  publish: publishSequences,
  topics: topicSequences,
  framing: framingSequences,
  subscribe: subscribeSequences,
  delivery: deliverySequences,
  sessions: sessionSequences,
}
const all = Object.values(tables).flat()

describe('the tables', () => {
  it('are at least 250 sequences, each with a name of its own', () => {
    expect(all.length).toBeGreaterThanOrEqual(250)
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
  })

  it('cite only statements of the standard, and ask each that binds a server or say why not', () => {
    const asked = new Set(all.flatMap((sequence) => sequence.statements))
    expect([...asked].filter((number) => !(number in statements))).toEqual([])
    const open = Object.entries(statements).filter(([number, reason]) => reason === undefined && !asked.has(number))
    expect(open).toEqual([])
  })
})

describe('MQTT 3.1.1, packet by packet', () => {
  let broker: TestBroker
  let tokens: Map<string, string>
  let cursor = 0
  let stored = 0
  let quarantinedBefore = 0

  beforeAll(async () => {
    broker = await openTestBroker(mkdtempSync(join(tmpdir(), 'siaga-test-')))
    const roles = ['app', 'door', 'server'] as const
    tokens = new Map(roles.map((role) => [role, broker.credentials.issue({ role, id: 'a' }).password]))
  })
  afterAll(async () => {
    await broker.close()
    rmSync(broker.dataDir, { recursive: true, force: true })
  })

  /** Rows and quarantined messages since the last call. */
  function newlyStored(): number {
    const rows = broker.reader.readAfter(cursor, 10_000)
    cursor = rows.at(-1)?.id ?? cursor
    const messages = rows.filter(({ sender }) => sender !== 'journal').length
    const quarantined = broker.reader.quarantined(10_000).length
    const total = messages + quarantined - quarantinedBefore
    quarantinedBefore = quarantined
    return total
  }
  for (const [name, sequences] of Object.entries(tables)) {
    it.each(sequences)(`${name}: $name`, async (sequence) => {
      const exchange = new Exchange(broker.port, tokens)
      try {
        for (const step of sequence.steps) await exchange.perform(step)
        await exchange.expectQuiet()
        const wanted = sequence.stored ?? 0
        let found = 0
        await until(`${wanted} stored`, () => {
          found += newlyStored()
          return found >= wanted
        })
        stored += found
        expect(found, 'messages stored').toBe(wanted)
      } finally {
        await exchange.close()
      }
    })
  }

  it('nothing came later', () => {
    expect(newlyStored()).toBe(0)
    expect(stored).toBe(all.reduce((sum, sequence) => sum + (sequence.stored ?? 0), 0))
  })
})
