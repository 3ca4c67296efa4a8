/** An OPD's owner sees, and may ask of, their own applications alone: at a running server that watches another OPD's too. */
import { expect, it } from 'vitest'
import type { HeartbeatInput } from '#contract/heartbeat.ts'
import type { Frame, Snapshot } from '#contract/live.ts'
import { SeriesResult, Status } from '../../server/http/schemas.ts'
import { startLoginStack, Visitor } from '../harness/login.ts'
import { admin, registerApps } from '../harness/siaga.ts'
import { until } from '../harness/until.ts'

const [own, other] = ['simrs', 'dapodik']
const [ownOpd, otherOpd] = ['Dinkes', 'Disdik']
const DAY_MS = 86_400_000

/** Two applications of two OPDs that have beaten, and a door. */
async function start() {
  const { siaga, administrator, person } = await startLoginStack()
  const timing = { intervalS: 60, graceS: 30 }
  const credentials = registerApps(siaga.dataDir, [
    { id: own, opd: ownOpd, ...timing },
    { id: other, opd: otherOpd, ...timing },
  ])
  admin(siaga.dataDir, 'device', 'add', 'door', 'gudang')
  const sender = new Visitor(siaga.httpUrl)
  const beat = (app: string, heartbeat: HeartbeatInput = {}) => {
    const bearer = { authorization: `Bearer ${credentials.get(app)?.password}` }
    return until(`a heartbeat of ${app} is recorded`, async () => {
      return (await sender.post(`/api/v1/heartbeat/${app}`, heartbeat, bearer)).status === 202
    })
  }
  await beat(own)
  await beat(other)
  const { visitor: all } = administrator
  const { visitor: owner } = await person('opd-owner', ownOpd)
  const statusOf = async (visitor: Visitor) => Status.parse((await visitor.get('/api/v1/status')).body)
  await until('both are judged, and the door is known', async () => {
    const { apps, doors } = await statusOf(all)
    return apps.filter(({ state }) => state === 'up').length === 2 && doors.length === 1
  })
  return { all, owner, beat, statusOf }
}

it('has the status of their own applications, and no door', async () => {
  const { owner, statusOf } = await start()
  const status = await statusOf(owner)
  expect(status.apps).toMatchObject([{ id: own, opd: ownOpd, state: 'up' }])
  expect(status.doors).toEqual([])
  expect(JSON.stringify(status)).not.toMatch(/dapodik|Disdik|gudang/)
})

it('asks for series of their own applications, whatever the question says', async () => {
  const { all, owner } = await start()
  const address = (where: string) => `/api/v1/series?measurement=heartbeat&fn=count&every=1h&by=app,opd&where=${where}`
  const found = async (visitor: Visitor, where: string) => {
    const { status, body } = await visitor.get(address(where))
    expect(status, where).toBe(200)
    const { columns, rows } = SeriesResult.parse(body)
    return [...new Set(rows.map((row) => row[columns.indexOf('app')]))].sort()
  }
  await until('both are in the series', async () => (await found(all, '')).length === 2)
  expect(await found(all, `app:${other}`)).toEqual([other])
  const questions = {
    '': [own],
    [`opd:${otherOpd}`]: [own],
    [`opd:${otherOpd},opd:${ownOpd}`]: [own],
    [`app:${other}`]: [],
    [`app:${other},app:${own}`]: [own],
    [`app:${other},opd:${otherOpd}`]: [],
  }
  for (const [where, apps] of Object.entries(questions)) {
    expect(await found(owner, where), where).toEqual(apps)
    const { status, body } = await owner.get(`${address(where)}&format=csv`)
    expect(status, where).toBe(200)
    expect(String(body).includes(own), where).toBe(apps.length > 0)
    expect(body, where).not.toMatch(/dapodik|Disdik/)
  }
  const doors = '/api/v1/series?measurement=door&fn=count&every=1h'
  expect((await all.get(doors)).status).toBe(200)
  for (const format of ['json', 'csv']) {
    expect(await owner.get(`${doors}&format=${format}`)).toMatchObject({ status: 403, body: { title: 'Not allowed' } })
  }
})

it('hears of another’s transitions no more than of those of an application there is not', async () => {
  const { all, owner } = await start()
  const [from, to] = [-DAY_MS, DAY_MS].map((ms) => new Date(Date.now() + ms).toISOString())
  const ask = (visitor: Visitor, app: string) => visitor.get(`/api/v1/transitions?app=${app}&from=${from}&to=${to}`)
  expect((await ask(all, other)).status).toBe(200)
  expect((await ask(owner, own)).status).toBe(200)
  const [refused, unknown] = [await ask(owner, other), await ask(owner, 'nowhere')]
  expect(refused).toMatchObject({ status: 404, body: { title: 'Not found' } })
  expect(JSON.stringify(refused.body).replace(other, 'nowhere')).toBe(JSON.stringify(unknown.body))
})

/** All that a screen is told. */
function watch(visitor: Visitor) {
  const heard: { snapshots: Snapshot[]; frames: Frame[] } = { snapshots: [], frames: [] }
  const client = visitor.live()
  client.on('snapshot', (snapshot) => heard.snapshots.push(snapshot))
  client.on('frame', (frame) => heard.frames.push(frame))
  const hasState = (app: string, state: string) =>
    heard.frames.some(({ changes }) => changes.apps?.some((patch) => patch.id === app && patch.state === state))
  return { client, heard, hasState }
}

it('sees their own applications live, and no frame that names another’s', async () => {
  const { all, owner, beat } = await start()
  const [everything, screen] = [watch(all), watch(owner)]
  await until('both have a snapshot', () => everything.heard.snapshots.length + screen.heard.snapshots.length === 2)
  expect(everything.heard.snapshots[0]?.apps).toHaveLength(2)
  expect(everything.heard.snapshots[0]?.doors).toHaveLength(1)
  await beat(other, { status: 'down', message: 'Disdik' })
  await until('who sees all is told', () => everything.hasState(other, 'down'))
  // Frames come in order: after this one the other's would have been there.
  await beat(own, { status: 'degraded' })
  await until('the owner is told of their own', () => screen.hasState(own, 'degraded'))
  screen.client.emit('resync')
  await until('a second snapshot', () => screen.heard.snapshots.length === 2)
  for (const { apps, doors, availabilityPercent } of screen.heard.snapshots) {
    expect(apps.map(({ id }) => id)).toEqual([own])
    expect({ doors, availabilityPercent }).toEqual({ doors: [], availabilityPercent: null })
  }
  expect(JSON.stringify(screen.heard)).not.toMatch(/dapodik|Disdik|gudang/)
})
