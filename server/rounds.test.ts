import { expect, it, onTestFinished } from 'vitest'
import { silentLog } from '#runtime/log.ts'
import { openCredentials } from '../broker/identity/credentials.ts'
import { temporaryDirectory } from '../test/harness/temporary.ts'
import { until } from '../test/harness/until.ts'
import type { AccessPublisher } from './access/access-publisher.ts'
import { createFeed } from './live/feed.ts'
import { Present } from './live/present.ts'
import { openRegistry } from './registry/registry.ts'
import { startRounds } from './rounds.ts'

const NOW_MS = Date.parse('2026-11-24T03:00:00Z')
const clock = { wallMs: () => NOW_MS, monoMs: () => 5_000 }
const noAccess = { refresh: async () => {}, tick: async () => {}, outnumber: async () => true }

function open() {
  const dataDir = temporaryDirectory()
  const registry = openRegistry(dataDir)
  const credentials = openCredentials(dataDir)
  const present = new Present(registry, clock)
  present.followRegistry()
  const ingest = () => ({ state: 'ok' as const, lagMs: 0 })
  const source = present.source(ingest)
  const feed = createFeed({ source, clock, build: 'b', demo: false, clients: () => 1, emit: () => {} })
  const access = noAccess as unknown as AccessPublisher
  const start = () => {
    const rounds = startRounds({ registry, credentials, present, feed, access, ingest, clock, log: silentLog })
    onTestFinished(() => {
      rounds.close()
      feed.close()
      credentials.close()
      registry.close()
    })
  }
  return { dataDir, registry, credentials, present, feed, start }
}

it('takes over a change of the registry that could not be read at first', async () => {
  const { dataDir, registry, present, feed, start } = open()
  const admin = openRegistry(dataDir)
  onTestFinished(() => admin.close())
  for (const id of ['simrs', 'samsat']) admin.apps.upsert({ id, name: id, opd: 'opd' }, NOW_MS)
  let failures = 0
  registry.transitions.ofApp = ((ofApp) => (app: string, period: Parameters<typeof ofApp>[1]) => {
    // Of the second of them, when the first one is in.
    if (app === 'simrs' && failures < 2) {
      failures += 1
      throw new Error('disk I/O error')
    }
    return ofApp(app, period)
  })(registry.transitions.ofApp.bind(registry.transitions))
  start()
  await until('both', () => feed.snapshot().apps.length === 2)
  expect(failures).toBe(2)
  expect(feed.snapshot().trends.map(({ id }) => id)).toEqual(['samsat', 'simrs'])
  expect(present.app('simrs')).toBeDefined()
})
