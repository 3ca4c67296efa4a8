import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ControlApi, startControlApi } from './control-api.ts'
import type { DoorBench, DoorMove } from './door-bench.ts'
import type { AppMode } from './drama.ts'

let released = false
let moves: DoorMove[] = []
let modes: [string, AppMode][] = []
let api: ControlApi

const door: DoorBench = {
  id: 'ruang-komando',
  sensorPath: '/dev/null',
  view: () => ({ id: 'ruang-komando', name: 'Ruang Komando', strike: released, open: false, fingers: [] }),
  press: (finger) => finger === 'jari-1',
  move: (move) => {
    if (move === 'push' && !released) return false
    moves.push(move)
    return true
  },
  whenReleased: async () => released,
  close: () => {},
}

beforeEach(async () => {
  released = false
  moves = []
  modes = []
  const fleet = {
    members: [],
    setMode: async (app: string, mode: AppMode) => {
      modes.push([app, mode])
      return app === 'lapor'
    },
    close: async () => {},
  }
  api = await startControlApi({ doors: [door], fleet: () => fleet })
})
afterEach(() => api.close())

const post = (path: string, body?: unknown, headers: Record<string, string> = {}) =>
  fetch(`${api.url}/api/v1/simulator${path}`, {
    method: 'POST',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
  })

it('shows doors and applications', async () => {
  const response = await fetch(`${api.url}/api/v1/simulator`)
  expect(await response.json()).toMatchObject({ doors: [{ id: 'ruang-komando', strike: false }], apps: [] })
})

it('presses the fingers it has', async () => {
  expect((await post('/doors/ruang-komando/fingers/jari-1')).status).toBe(200)
  expect((await post('/doors/ruang-komando/fingers/jari-9')).status).toBe(404)
  expect((await post('/doors/lain/fingers/jari-1')).status).toBe(404)
})

it('pushes the door open only while the strike releases it', async () => {
  const refused = await post('/doors/ruang-komando/contact', { action: 'push' })
  expect(refused.status).toBe(409)
  expect(refused.headers.get('content-type')).toContain('application/problem+json')
  expect(await refused.json()).toMatchObject({ status: 409, title: 'Conflict' })
  released = true
  expect((await post('/doors/ruang-komando/contact', { action: 'push' })).status).toBe(200)
  expect(moves).toEqual(['push'])
})

it('breaks applications in known ways only', async () => {
  expect((await post('/apps/lapor', { mode: 'failing' })).status).toBe(200)
  expect((await post('/apps/lain', { mode: 'slow' })).status).toBe(404)
  expect((await post('/apps/lapor', { mode: 'burning' })).status).toBe(400)
  expect((await post('/apps/lapor', '{')).status).toBe(400)
  expect(modes).toEqual([
    ['lapor', 'failing'],
    ['lain', 'slow'],
  ])
})

describe('for web pages', () => {
  it('answers none: a page can reach a loopback port, a program sends no Origin', async () => {
    const response = await post('/apps/lapor', { mode: 'stopped' }, { origin: 'https://elsewhere.example' })
    expect(response.status).toBe(403)
    expect(modes).toEqual([])
  })
})
