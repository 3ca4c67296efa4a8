/** Who may push a heartbeat for whom by HTTP. */
import { expect, it } from 'vitest'
import { adminCredential, registerApps, startSiaga } from '../harness/siaga.ts'
import { until } from '../harness/until.ts'

it('a gateway pushes for the applications it was given, and for no other', async () => {
  const siaga = await startSiaga()
  const apps = registerApps(
    siaga.dataDir,
    ['own', 'foreign', 'constructor'].map((id) => ({ id, intervalS: 60, graceS: 10 })),
  )
  const gateway = (id: string, ...given: string[]) =>
    adminCredential(siaga.dataDir, 'gateway', 'add', id, ...given).password
  const [limited, free] = [gateway('hub', '--apps', 'own'), gateway('all')]
  const push = async (app: string, token: string) => {
    const headers = { authorization: `Bearer ${token}` }
    return (await fetch(`${siaga.httpUrl}/api/v1/heartbeat/${app}`, { method: 'POST', headers })).status
  }
  await until('the server to take pushes', async () => (await push('own', limited)) === 202)

  const answers = async (token: string) => {
    const asked = ['foreign', 'constructor', 'nobody', '__proto__', '%5F_proto__', 'own%2F..%2Fforeign', 'OWN']
    return await Promise.all(asked.map((app) => push(app, token)))
  }
  expect(await answers(limited)).toEqual([401, 401, 401, 400, 400, 400, 400])
  expect(await answers(apps.get('own')?.password ?? '')).toEqual([401, 401, 401, 400, 400, 400, 400])
  expect(await answers('')).toEqual([401, 401, 401, 400, 400, 400, 400])
  // The address names no application, and a gateway speaks for many.
  expect((await fetch(`${siaga.httpUrl}/hb/${limited}`)).status).toBe(404)
  expect(siaga.rows('heartbeat').filter(({ subject }) => subject !== 'own')).toEqual([])
  expect(await answers(free)).toEqual([202, 202, 404, 400, 400, 400, 400])
  expect(new Set(siaga.rows('heartbeat').map(({ subject }) => subject))).toEqual(
    new Set(['own', 'foreign', 'constructor']),
  )
})
