/** What people and the shell did stands in the audit record, without a secret, and a locked-out administrator gets in again. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { AuditPage } from '#contract/audit.ts'
import { password, startLoginStack, Visitor } from '../harness/login.ts'
import { admin } from '../harness/siaga.ts'

const email = 'admin@kalbar.example'

it('who, what, on whom and from where, newest first, for auditors and administrators', async () => {
  const { siaga, administrator, person } = await startLoginStack()
  const { visitor } = administrator
  const auditor = await person('auditor')
  const leader = await person('leader')
  await visitor.post(`/api/v1/accounts/${leader.id}/role`, { role: 'technician', opd: null })
  const { body } = await visitor.post('/api/v1/identities', { role: 'door', id: 'komando' })
  const token = z.object({ password: z.string() }).parse(body).password
  admin(siaga.dataDir, 'person', 'add', 'p-0007', '--name', 'Dayang Suryani')

  await visitor.post('/api/v1/identities/enrol', { role: 'door', id: 'gudang' })
  const wrong = { code: 'A'.repeat(20), role: 'door', tokenHash: 'a'.repeat(64) }
  const stranger = new Visitor(siaga.httpUrl)
  expect((await stranger.post('/api/v1/enrolment', { ...wrong, id: 'gudang' })).status).toBe(401)
  // Nobody waits for this one: for the log alone, or strangers would fill the record.
  expect((await stranger.post('/api/v1/enrolment', { ...wrong, id: 'nowhere' })).status).toBe(401)

  const first = AuditPage.parse((await auditor.visitor.get('/api/v1/audit?limit=5')).body)
  expect(first.entries).toMatchObject([
    { actor: 'nobody', act: 'enrolment refused', from: '127.0.0.1', about: { identity: 'door:gudang' } },
    { act: 'enrolment code issued', about: { identity: 'door:gudang' } },
    { actor: 'shell', act: 'shell command', about: { command: 'person add', operands: 'p-0007', options: 'name' } },
    { act: 'identity added', from: '127.0.0.1', about: { identity: 'door:komando' } },
    { act: 'role changed', about: { account: leader.id, role: 'technician' } },
  ])
  const older = AuditPage.parse((await auditor.visitor.get(`/api/v1/audit?before=${first.next}`)).body)
  expect(older.entries.map(({ act }) => act)).toContain('logged in')
  expect(older.entries.at(-1)?.number).toBe(1)
  expect(older.next).toBeNull()
  expect(admin(siaga.dataDir, 'audit', 'verify')).toMatchObject({ firstBad: null })
  const kept = ['audit.db', 'audit.db-wal'].map((file) => readFileSync(join(siaga.dataDir, file), 'latin1')).join('')
  for (const secret of [password, token, email, 'Dayang', visitor.cookie().split('=')[1] ?? '']) {
    expect(secret.length).toBeGreaterThan(0)
    expect(kept).not.toContain(secret)
  }
})

it('the shell lets an administrator in again: sessions end, the link sets a password and takes the old codes away', async () => {
  const { siaga, administrator } = await startLoginStack()
  const reset = admin(siaga.dataDir, 'account', 'reset', email)
  const { link } = z.object({ link: z.string() }).parse(reset)
  expect((await administrator.visitor.get('/api/v1/status')).status).toBe(401)
  const secret = new URLSearchParams(link.split('#')[1]).get('link')
  const visitor = new Visitor(siaga.httpUrl)
  expect((await visitor.post('/api/v1/session/link', { link: secret, password: `${password} baru` })).status).toBe(200)
  const answer = await visitor.post('/api/v1/session', { email, password: `${password} baru` })
  expect(answer).toMatchObject({ status: 200, body: { step: 'done' } })
  expect(() => admin(siaga.dataDir, 'account', 'reset', 'admn@kalbar.example')).toThrow(`did you mean "${email}"?`)
})
