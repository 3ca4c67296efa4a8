import { expect, it } from 'vitest'
import { Id } from '#contract/identifiers.ts'
import { sampleApps } from './sample-apps.ts'

const distinct = <T>(values: readonly T[]) => new Set(values).size

it('holds at least 45 applications of at least 26 OPD', () => {
  expect(sampleApps.length).toBeGreaterThanOrEqual(45)
  expect(distinct(sampleApps.map((app) => app.opd))).toBeGreaterThanOrEqual(26)
})

it('gives each application its own id, name and wall name', () => {
  for (const key of ['id', 'name', 'wallName'] as const) {
    expect(distinct(sampleApps.map((app) => app[key]))).toBe(sampleApps.length)
  }
})

it.each(sampleApps.map((app) => [app.id, app] as const))('%s fits the registry and a wall tile', (_, app) => {
  expect(Id.safeParse(app.id).success).toBe(true)
  expect(app.wallName.length).toBeLessThanOrEqual(14)
  expect(app.service.length).toBeGreaterThan(0)
  if (app.region !== undefined) expect(Id.safeParse(app.region).success).toBe(true)
})
