import { describe, expect, it } from 'vitest'
import type { AppView, Changes, Frame, Snapshot } from '#contract/live.ts'
import { Audience } from './audience.ts'

function app(id: string, opd: string, members: Partial<AppView> = {}): AppView {
  return {
    ...{ id, name: id, wallName: id, opd, service: '', region: null, criticality: 2, intervalS: 60, graceS: 30 },
    ...{ state: 'up', since: '', cause: 'heartbeat', message: '', lastHeartbeatAt: null, latencyMs: 1, seq: null },
    ...{ at: null, maintenance: null, simulated: false },
    ...members,
  }
}

function whole(apps: AppView[]): Snapshot {
  return {
    ...{ version: 7, serverTime: 't', build: 'b', demo: false, ingest: { state: 'ok', lagMs: 1 } },
    apps,
    trends: apps.map(({ id }) => ({ id, latencyMs: [], day: [] })),
    doors: [],
    maintenance: apps.map(({ id }) => ({ app: id, from: '', until: '', reason: id })),
    recoveries: apps.map(({ id }) => ({ app: id, at: '', state: 'down', lastedMs: 1 })),
    availabilityPercent: 99,
  }
}

function audience() {
  const views = new Map([app('a', 'Dinkes'), app('b', 'Disdik')].map((view) => [view.id, view]))
  const one = new Audience(
    'Dinkes',
    { appView: (id) => views.get(id), trendOf: (id) => ({ id, latencyMs: [], day: [] }) },
    whole([...views.values()]),
  )
  const send = (changes: Changes): Frame | undefined => one.frame({ from: 7, to: 8, serverTime: 't', changes })
  return { one, views, send }
}

describe('the audience of one OPD', () => {
  it('gets a snapshot of its own applications, no doors and no figure over all', () => {
    const { one, views } = audience()
    const snapshot = one.snapshot(whole([...views.values()]))
    expect(JSON.stringify(snapshot)).not.toContain('Disdik')
    expect(snapshot).toMatchObject({ version: 1, availabilityPercent: null, doors: [] })
    expect([snapshot.apps, snapshot.trends, snapshot.maintenance, snapshot.recoveries].map((l) => l.length)).toEqual([
      1, 1, 1, 1,
    ])
  })

  it('gets frames numbered for itself, and none for what is not its own', () => {
    const { send, one } = audience()
    expect(send({ apps: [{ id: 'b', state: 'down' }] })).toBeUndefined()
    expect(send({ doors: [{ id: 'd', online: true }], availabilityPercent: 1 })).toBeUndefined()
    expect(
      send({
        apps: [
          { id: 'a', state: 'down' },
          { id: 'b', state: 'down' },
        ],
      }),
    ).toMatchObject({
      from: 1,
      to: 2,
      changes: { apps: [{ id: 'a', state: 'down' }] },
    })
    expect(one.pulseVersion()).toBe(2)
  })

  it('gets all of an application that comes to it, and loses one that goes', () => {
    const { send, views } = audience()
    views.set('b', app('b', 'Dinkes'))
    views.set('a', app('a', 'Disdik'))
    const frame = send({
      apps: [
        { id: 'b', opd: 'Dinkes' },
        { id: 'a', opd: 'Disdik' },
      ],
    })
    expect(frame?.changes).toEqual({
      apps: [app('b', 'Dinkes')],
      trends: [{ id: 'b', latencyMs: [], day: [] }],
      removed: { apps: ['a'] },
    })
  })
})
