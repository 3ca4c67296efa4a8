/** What a stolen token may send at most: whatever the schemas let pass, the server reads on and shows the rest. */
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, it, onTestFinished } from 'vitest'
import { type ChannelName, channels } from '#contract/channels.ts'
import { doorEventKinds } from '#contract/door.ts'
import { ACCESS_VERSION_MAX, EPOCH_MS_MAX } from '#contract/identifiers.ts'
import { type Log, silentLog } from '#runtime/log.ts'
import { recordHash } from '#runtime/record-chain.ts'
import type { JournalRow } from '../../broker/journal/entry.ts'
import { toEntries } from '../../broker/listener/entries.ts'
import { temporaryDirectory } from '../../test/harness/temporary.ts'
import { createExchanges } from '../commands/exchanges.ts'
import { Status } from '../http/schemas.ts'
import { createFeed } from '../live/feed.ts'
import { guardSource } from '../live/guarded-source.ts'
import { Present } from '../live/present.ts'
import { startPulse } from '../pulse.ts'
import { openRegistry, type Registry } from '../registry/registry.ts'
import { openSeries } from '../series/open-series.ts'
import { createRowHandler } from './row-handler.ts'

const NOW_MS = Date.parse('2026-11-24T03:00:00Z')
const SUBJECT = 'komando'
const clock = { wallMs: () => NOW_MS, monoMs: () => 5_000 }

const whole = (min: number, max = Number.MAX_SAFE_INTEGER) =>
  fc.oneof(
    fc.constantFrom(...[0, -0, 1, min, min + 1, max - 1, max].filter((n) => n >= min && n <= max)),
    fc.integer({ min, max }),
  )
const real = (max: number) => fc.constantFrom(0, -0, Number.MIN_VALUE, 0.1, max / 3, max)
const epochMs = whole(0, EPOCH_MS_MAX)
const boot = fc.constantFrom('b', 'b', 'b', 'c')
const clockState = fc.constantFrom('synced', 'hold', 'unset', 'unset', 'unset')
const anything = fc.constantFrom(...[1e300, -1e300, Number.MAX_SAFE_INTEGER, -9e15, 9e15, -0, 'x', null])
const optional = { requiredKeys: [] as never[] }
const ofJournal = fc.record({ journal: fc.constantFrom('0'.repeat(32), '1'.repeat(32)), seq: whole(1) })

const record = fc
  .tuple(
    fc.record({ journal: fc.constantFrom('0'.repeat(32), '1'.repeat(32)), seq: whole(1), boot }),
    fc.record({
      kind: fc.oneof(
        fc.constantFrom('clock.fix', 'forced', 'opened', 'command'),
        fc.constantFrom(...doorEventKinds, 'later'),
      ),
      at: epochMs,
      monoMs: real(EPOCH_MS_MAX),
      clock: clockState,
    }),
    fc.record({ offsetMs: fc.oneof(whole(-EPOCH_MS_MAX, EPOCH_MS_MAX), anything) }),
    fc.record(
      { from: anything, to: anything, count: anything, score: anything, reason: anything, alarm: anything },
      optional,
    ),
    fc.record({ command: fc.constant('classify'), of: ofJournal, as: fc.constantFrom('break-in', 'x') }, optional),
  )
  .map((parts) => {
    const unsealed = JSON.parse(JSON.stringify({ ...Object.assign({}, ...parts), prev: '0'.repeat(64) }))
    return { ...unsealed, hash: recordHash(unsealed) }
  })
const batch = fc.record({ records: fc.array(record, { minLength: 1, maxLength: 4 }) })
const status = fc.record({ online: fc.boolean(), version: fc.constant('0'), boot, connection: whole(0) })

const payloads: Partial<Record<ChannelName, fc.Arbitrary<unknown>>> = {
  heartbeat: fc.record(
    {
      status: fc.constantFrom('up', 'degraded', 'down'),
      latencyMs: real(86_400_000),
      boot,
      seq: whole(0),
      at: fc.oneof(whole(0, 253_402_300_799_999), fc.constantFrom('0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z')),
      metrics: fc.record({ m: fc.constantFrom(0, -0, 1e300, -1e300, Number.MIN_VALUE) }),
    },
    optional,
  ),
  doorEvents: batch,
  results: batch,
  doorStatus: status,
  vantageStatus: status,
  doorState: fc.record({
    lock: fc.constantFrom('locked', 'unlocked'),
    contact: fc.constantFrom('closed', 'open'),
    alarms: fc.subarray(['forced', 'duress', 'fire'] as const),
    sensor: fc.constantFrom('ready', 'lost'),
    outboxDepth: whole(0),
    clock: clockState,
    accessVersion: whole(0, ACCESS_VERSION_MAX),
    accessSeries: epochMs,
    pendingDeletions: fc.constant([]),
    at: epochMs,
    simulated: fc.boolean(),
  }),
  challenge: fc.record({ id: fc.constant('c'), nonce: fc.constant('A'.repeat(43)) }),
  reply: fc.record({
    id: fc.constant('c'),
    result: fc.constantFrom('done', 'progress'),
    touch: whole(1, 16),
    quality: whole(0, 65_535),
  }),
  pulse: fc.record({ boot, seq: whole(0), at: epochMs, monoMs: real(EPOCH_MS_MAX), consumed: whole(0) }),
}
/** Records of doors say most, and only several together say what is wrong. */
const message = fc.oneof(
  ...Object.entries(payloads).map(([channel, payload]) => ({
    arbitrary: payload.map((sent) => ({ channel: channel as ChannelName, sent })),
    weight: channel === 'doorEvents' ? 8 : 1,
  })),
)
type Message = { readonly channel: ChannelName; readonly sent: unknown }

/** Rows as the broker would store them; fails when it would put the message into quarantine. */
function rowsOf({ channel, sent }: Message, firstId: number): JournalRow[] {
  const identity = { role: 'door' as const, id: SUBJECT }
  const receipt = { channel, subject: SUBJECT, identity, receivedMs: NOW_MS + firstId, monoMs: 5_000 + firstId }
  // JSON.stringify writes no -0, a sender may; a record's hash is over the text without it.
  const text = JSON.stringify(sent).replaceAll(/(?<=:)0(?=[,}])/g, '-0')
  return toEntries(
    receipt,
    'topic',
    Buffer.from(channel === 'doorEvents' || channel === 'results' ? JSON.stringify(sent) : text),
  ).map((entry, index) => {
    if ('quarantine' in entry) throw new Error(`${entry.reason}: ${text}`)
    const { subject, sender, receivedMs, monoMs, payload } = entry
    return {
      id: firstId + index,
      channel,
      subject,
      sender,
      receivedMs,
      monoMs,
      boot: 'k',
      fork: firstId % 5 === 0,
      payload,
    }
  })
}

function openServer(registry: Registry, log: Log, onStranger = () => {}) {
  const present = new Present(registry, clock)
  present.followRegistry()
  const pulse = startPulse({ server: SUBJECT, boot: 'b', clock, publish: async () => {}, consumed: () => 0 })
  onTestFinished(() => pulse.close())
  const emitted: string[] = []
  const source = guardSource(present.source(pulse.ingest), log)
  const emit = (frame: unknown) => void emitted.push(JSON.stringify(frame))
  const feed = createFeed({ source, clock, build: 'b', demo: false, clients: () => 1, emit })
  const series = openSeries({ dataDir: temporaryDirectory(), log, clock })
  onTestFinished(() => series.close())
  const handler = createRowHandler({
    ...present.parts(),
    ...{ feed, pulse, log, commands: createExchanges(), onStranger },
    pushes: { passed: () => {}, push: async () => 'recorded' },
    keep: ({ observations, cursor }) => series.append({ observations, cursor }),
  })
  const close = () => {
    feed.close()
    handler.close()
  }
  return { present, feed, handler, close }
}

/** Everything that leaves the server of it. */
function shown({ feed }: ReturnType<typeof openServer>) {
  const snapshot = feed.snapshot()
  expect(JSON.parse(JSON.stringify(snapshot))).toEqual(JSON.parse(JSON.stringify(feed.snapshot())))
  const { version, serverTime, demo, ingest, apps, doors } = snapshot
  const sources = { journal: ingest, series: { store: 'embedded', influx: 'off' } }
  expect(
    Status.safeParse({ version, serverTime, demo, ingest, apps, doors, regions: [], sources }).error,
  ).toBeUndefined()
  for (const { events, forced } of doors)
    for (const { at } of [...events, ...forced]) expect(Date.parse(at)).not.toBeNaN()
  return snapshot
}

it('reads on whatever the schemas let pass, and shows it', async () => {
  const registry = openRegistry(temporaryDirectory())
  onTestFinished(() => registry.close())
  registry.apps.upsert({ id: SUBJECT, name: 'Komando', opd: 'opd' }, NOW_MS - 1_000)
  registry.devices.add('door', SUBJECT)
  const errors: unknown[] = []
  const log = Object.assign(Object.create(silentLog), { error: (what: unknown) => errors.push(what) }) as Log
  await fc.assert(
    fc.asyncProperty(fc.array(message, { maxLength: 25 }), async (messages) => {
      errors.length = 0
      const server = openServer(registry, log)
      let id = 1
      for (const each of messages) {
        const rows = rowsOf(each, id)
        id += rows.length
        server.handler.handle(rows)
      }
      await turn()
      const { doors } = shown(server)
      expect([errors, server.handler.counts.unusable]).toEqual([[], 0])
      const restarted = openServer(registry, log)
      restarted.present.restore(JSON.parse(JSON.stringify(server.present.checkpoint())))
      restarted.present.followRegistry()
      expect(JSON.stringify(shown(restarted).doors)).toBe(JSON.stringify(doors))
      expect(errors).toEqual([])
      server.close()
      restarted.close()
    }),
    { seed: 11, numRuns: 60 },
  )
})

it('knows a payload of each channel that the journal takes', () => {
  const journaled = Object.entries(channels).filter(([, { to }]) => (to as readonly string[]).includes('journal'))
  expect(Object.keys(payloads).sort()).toEqual(journaled.map(([name]) => name).sort())
})

it('passes over a row whose handling throws, counts it, and takes the next', () => {
  const registry = openRegistry(temporaryDirectory())
  onTestFinished(() => registry.close())
  registry.devices.add('door', SUBJECT)
  const { present, feed, handler, close } = openServer(registry, silentLog)
  onTestFinished(close)
  present.doors.apply = ((apply) => (row: JournalRow) => {
    if (row.id === 1) throw new RangeError('Invalid time value')
    return apply(row)
  })(present.doors.apply.bind(present.doors))
  const online = { channel: 'doorStatus' as const, sent: { online: true, version: '0', boot: 'b', connection: 1 } }
  handler.handle([...rowsOf(online, 1), ...rowsOf(online, 2)])
  expect(handler.counts.unusable).toBe(1)
  expect(feed.snapshot().doors).toMatchObject([{ online: true }])
})

it('says in some lines of the log what a flood of rows would say in as many', () => {
  const registry = openRegistry(temporaryDirectory())
  onTestFinished(() => registry.close())
  const apps = Array.from({ length: 300 }, (_, n) => `app-${n}`)
  for (const id of apps) registry.apps.upsert({ id, name: id, opd: 'opd' }, NOW_MS - 1_000)
  const lines: unknown[][] = []
  const write = (...line: unknown[]) => void lines.push(line)
  const log = Object.assign(Object.create(silentLog), { info: write, warn: write }) as Log
  const { handler } = openServer(registry, log)
  const beats = apps.flatMap((subject, n) =>
    rowsOf({ channel: 'heartbeat', sent: {} }, n + 1).map((row) => ({ ...row, subject })),
  )
  const damaged = beats.map((row) => ({ ...row, id: row.id + beats.length, payload: '{' }))
  handler.handle([...beats, ...damaged])
  expect(handler.counts).toMatchObject({ heartbeats: 300, unusable: 300 })
  handler.close()
  expect(lines.length).toBeLessThan(60)
  expect(lines.slice(-2)).toMatchObject([
    [{ count: 250, last: { app: 'app-299', to: 'up' } }, 'again: transition'],
    [{ count: 299, last: { row: 600, channel: 'heartbeat' } }, 'again: journal row not usable'],
  ])
})

it('handles nothing of rows with a stranger while the registry cannot be read, and all of them once it can', () => {
  const registry = openRegistry(temporaryDirectory())
  onTestFinished(() => registry.close())
  let readable = false
  const { present, handler, close } = openServer(registry, silentLog, () => {
    if (!readable) throw new Error('disk I/O error')
    present.followRegistry()
  })
  onTestFinished(close)
  registry.apps.upsert({ id: SUBJECT, name: 'Komando', opd: 'opd' }, NOW_MS - 1_000)
  const rows = [1, 2].flatMap((id) => rowsOf({ channel: 'heartbeat', sent: {} }, id))
  expect(() => handler.handle(rows)).toThrow('disk I/O error')
  expect(handler.counts).toEqual({ heartbeats: 0, strangers: 0, unusable: 0 })
  readable = true
  handler.handle(rows)
  expect(handler.counts).toEqual({ heartbeats: 2, strangers: 0, unusable: 0 })
})
