import fc from 'fast-check'
import { expect, it } from 'vitest'
import { dramaApps, plannedMaintenance, plannedMode, visitAt } from './drama.ts'
import { transportOf } from './fleet.ts'
import { sampleApps } from './sample-apps.ts'

const MINUTE = 60_000

it('plays with applications of the registry only', () => {
  const ids = sampleApps.map((app) => app.id)
  expect(ids).toEqual(expect.arrayContaining([...dramaApps]))
})

it('starts in order and breaks something within the first minute', () => {
  for (const app of sampleApps) expect(plannedMode(app.id, 0)).toBe('normal')
  expect(plannedMode('esamsat', MINUTE)).toBe('stopped')
})

it('has one application out for two minutes every fifteen', () => {
  const seconds = Array.from({ length: 15 * 60 }, (_, second) => plannedMode('esamsat', 10 * MINUTE + second * 1_000))
  expect(seconds.filter((mode) => mode === 'stopped')).toHaveLength(120)
})

it('leaves everything else alone at any time', () => {
  const others = sampleApps.filter((app) => !dramaApps.includes(app.id)).map((app) => app.id)
  fc.assert(
    fc.property(fc.constantFrom(...others), fc.integer({ min: 0, max: 1e10 }), (app, at) => {
      return plannedMode(app, at) === 'normal'
    }),
    { seed: 11, numRuns: 300 },
  )
})

it('never lets the planned maintenance meet a planned fault', () => {
  expect(plannedMode(plannedMaintenance.app, 5 * MINUTE)).toBe('normal')
})

it('sends visitors one after the other', () => {
  const times = Array.from({ length: 12 }, (_, index) => visitAt(index).afterMs)
  expect(times).toEqual([...times].sort((a, b) => a - b))
  expect(times[0]).toBeLessThan(MINUTE)
})

it('lets applications report in every way, about thirty by MQTT and ten by HTTP', () => {
  const ways = Object.groupBy(sampleApps.keys(), (index) => transportOf(index))
  expect(ways.mqtt?.length).toBeGreaterThanOrEqual(28)
  expect(ways.push?.length).toBeGreaterThanOrEqual(9)
  expect(ways.link?.length).toBeGreaterThanOrEqual(3)
  expect(ways.gateway?.length).toBeGreaterThanOrEqual(10)
})
