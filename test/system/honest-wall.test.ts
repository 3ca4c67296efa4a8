/** A dead feed greys the whole wall within 5 s, whatever died, and its return is no storm of false alarms (promise 3). */
import { expect, test } from 'vitest'
import { openWall, startBrowser, type Wall } from '../harness/browser.ts'
import { startBeating } from '../harness/heartbeats.ts'
import { registerApps, startSiaga } from '../harness/siaga.ts'
import { describeWith } from '../harness/system-packages.ts'
import { until } from '../harness/until.ts'

const CUT_WITHIN_MS = 5_000
/** Past the monitor's five seconds without a row, and the second in which the last pulse may have been sent. */
const SIGHT_LOST_MS = 7_000
const apps = ['sipd', 'simrs', 'sp4n'].map((id) => ({ id, intervalS: 2, graceS: 2 }))

const veiled = (wall: Wall) => wall.shows('veil').includes('DATA TERPUTUS')
const allUp = (wall: Wall) => !veiled(wall) && apps.every(({ id }) => wall.shows('app', id) === 'up')

/** How long after `fault` the wall said that its data is cut, ms. */
async function cutAfter(wall: Wall, fault: () => unknown): Promise<number> {
  expect(veiled(wall)).toBe(false)
  const fromMs = Date.now()
  const before = wall.changes.length
  await fault()
  const cut = await until(
    'DATA TERPUTUS',
    () => wall.changes.slice(before).find(({ kind, value }) => kind === 'veil' && value.includes('DATA TERPUTUS')),
    20_000,
  )
  expect(await wall.page.getByText('DATA TERPUTUS').isVisible()).toBe(true)
  return cut.atMs - fromMs
}

describeWith(['chromium'], 'the wall', () => {
  test('says so within 5 s when the broker, the server or its event loop is dead, and recovers by itself', async () => {
    const browser = await startBrowser()
    const siaga = await startSiaga()
    const tokens = registerApps(siaga.dataDir, apps)
    await startBeating(siaga.mqttUrl, tokens.values())
    const wall = await openWall(browser, siaga.httpUrl)
    const healthy = () => until('a healthy wall', () => allUp(wall), 60_000)
    await healthy()

    expect(await cutAfter(wall, siaga.broker.kill), 'broker killed').toBeLessThanOrEqual(CUT_WITHIN_MS)
    const lost = async () => (await siaga.status()).ingest.lagMs >= SIGHT_LOST_MS
    await until('an outage that counts as one', lost, 60_000)
    const broughtBack = wall.changes.length
    await siaga.broker.start()
    await healthy()
    for (const { id } of apps) {
      const states = wall.changes.slice(broughtBack).flatMap((change) => (change.id === id ? [change.value] : []))
      expect([states.at(0), states.at(-1)], id).toEqual(['unknown', 'up'])
    }

    // Short: nobody loses sight, and nobody is convicted of the silence.
    await siaga.broker.kill()
    await siaga.broker.start()
    const heard = siaga.rows('heartbeat').length
    await until('heartbeats again', () => siaga.rows('heartbeat').length > heard + apps.length, 60_000)
    await healthy()

    const frozenAfter = await cutAfter(wall, () => siaga.server.signal('SIGSTOP'))
    expect(frozenAfter, 'server stopped').toBeLessThanOrEqual(CUT_WITHIN_MS)
    siaga.server.signal('SIGCONT')
    await healthy()

    expect(await cutAfter(wall, siaga.server.kill), 'server killed').toBeLessThanOrEqual(CUT_WITHIN_MS)
    await siaga.server.start()
    await healthy()
    const states = wall.changes.flatMap(({ kind, value }) => (kind === 'app' ? [value] : []))
    expect(states).not.toContain('down')
    for (const { id } of apps) {
      const transitions = await siaga.transitions(id)
      expect(transitions.map(({ to }) => to)).not.toContain('down')
    }
  })
})
