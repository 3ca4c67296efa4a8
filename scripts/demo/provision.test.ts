import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { openCredentials } from '../../broker/identity/credentials.ts'
import { openAdmin } from '../../server/admin/admin.ts'
import { plannedMaintenance } from './drama.ts'
import { transportOf } from './fleet.ts'
import { provision } from './provision.ts'
import { sampleApps } from './sample-apps.ts'

/** Some sixty durable commits a start: slow on a busy disk. */
vi.setConfig({ testTimeout: 30_000 })

let base = ''
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'siaga-provision-'))
})
afterEach(() => rmSync(base, { recursive: true }))

it('registers every application as simulated, with a credential for its way', () => {
  const { fleet } = provision(base)
  const admin = openAdmin(base)
  const apps = admin.registry.apps.list()
  admin.close()
  expect(apps).toHaveLength(sampleApps.length)
  expect(apps.every((app) => app.simulated)).toBe(true)
  for (const [index, { id }] of sampleApps.entries()) {
    const transport = transportOf(index)
    expect(fleet.mqtt.has(id)).toBe(transport === 'mqtt')
    expect(fleet.tokens.has(id)).toBe(transport === 'push' || transport === 'link')
  }
})

it('lets the gateway speak for its applications only', () => {
  const { fleet } = provision(base)
  const credentials = openCredentials(base)
  const identity = credentials.authenticate(fleet.gateway.username, fleet.gateway.password)
  credentials.close()
  expect(identity?.apps).toEqual(sampleApps.filter((_, index) => transportOf(index) === 'gateway').map(({ id }) => id))
})

it('finds its data again at a second start: one maintenance, the same key, the same people', () => {
  const first = provision(base)
  const second = provision(base)
  expect(second.doorOf('ruang-server').commandKey).toBe(first.doorOf('ruang-komando').commandKey)
  const admin = openAdmin(base)
  expect(admin.registry.maintenance.endingAfter(Date.now()).map(({ app }) => app)).toEqual([plannedMaintenance.app])
  expect(admin.access.assignmentsOf('ruang-komando').map(({ person }) => person)).toEqual([
    'asn-0001',
    'asn-0002',
    'asn-0003',
    'asn-0004',
    'asn-0006',
  ])
  expect(admin.access.assignmentsOf('ruang-server').map(({ person }) => person)).toEqual(['asn-0001', 'asn-0004'])
  admin.close()
})
