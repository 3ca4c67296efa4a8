import { expect, it, onTestFinished } from 'vitest'
import { temporaryDirectory } from '../../test/harness/temporary.ts'
import type { Transition } from '../monitor/types.ts'
import { wibDay } from '../monitor/wib.ts'
import { openRegistry } from '../registry/registry.ts'
import { filterSnapshot } from './audience.ts'
import { createFeed } from './feed.ts'
import { Present } from './present.ts'

const HOUR_MS = 3_600_000
const NOW_MS = Date.parse('2026-11-24T03:00:00Z')
const clock = { wallMs: () => NOW_MS, monoMs: () => 5_000 }

function open(apps: readonly { id: string; opd: string }[]) {
  const registry = openRegistry(temporaryDirectory())
  onTestFinished(() => registry.close())
  for (const app of apps) registry.apps.upsert({ name: app.id, ...app }, NOW_MS - 100 * HOUR_MS)
  const present = new Present(registry, clock)
  const snapshot = () => {
    const source = present.source(() => ({ state: 'ok', lagMs: 0 }))
    return createFeed({ source, clock, build: 'b', demo: false, clients: () => 1, emit: () => {} }).snapshot()
  }
  return { registry, present, snapshot }
}

it('shows the owner of an OPD their own windows, however many others begin sooner', () => {
  const { registry, present, snapshot } = open([
    { id: 'samsat', opd: 'Bapenda' },
    { id: 'simrs', opd: 'RSUD' },
  ])
  const announce = (app: string, hour: number) => {
    const fromMs = NOW_MS + hour * HOUR_MS
    const window = { fromMs, untilMs: fromMs + HOUR_MS, reason: 'pembaruan', announcedMs: NOW_MS }
    registry.maintenance.announce({ app, ...window })
  }
  for (let hour = 1; hour <= 30; hour++) announce('samsat', hour)
  announce('simrs', 40)
  present.followRegistry()
  expect(filterSnapshot(snapshot(), 'RSUD').maintenance).toMatchObject([{ app: 'simrs' }])
  expect(snapshot().maintenance).toHaveLength(21)
})

it('takes up the day of each application from its transitions', () => {
  const { registry, present, snapshot } = open([{ id: 'simrs', opd: 'RSUD' }])
  const dayMs = wibDay(NOW_MS).fromMs
  const change = (to: Transition['to'], at: number): Transition => {
    return { app: 'simrs', from: 'up', to, cause: 'reported', at, declaredAt: at, rowId: 1, message: '' }
  }
  const transitions = [
    change('up', dayMs - 90 * HOUR_MS),
    change('down', dayMs - HOUR_MS),
    change('up', dayMs + 2 * HOUR_MS),
    change('down', dayMs + 8 * HOUR_MS),
  ]
  registry.monitor.save({ cursor: 1, checkpoint: {}, transitions })
  present.followRegistry()
  present.monitor.observe({ boot: 'b', rowId: 1, monoMs: 1, wallMs: NOW_MS })
  // Ten hours of the day are over.
  expect(snapshot().availabilityPercent).toBe(60)
  expect(snapshot().trends[0]?.day.at(-1)).toBe('down')
})
