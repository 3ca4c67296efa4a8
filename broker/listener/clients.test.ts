import { PassThrough } from 'node:stream'
import type { Client, ConnectPacket } from 'aedes'
import { expect, it, onTestFinished } from 'vitest'
import { silentLog } from '#runtime/log.ts'
import { temporaryDirectory } from '../../test/harness/temporary.ts'
import { openCredentials } from '../identity/credentials.ts'
import { Admission } from './admission.ts'
import { Clients } from './clients.ts'
import { Sessions } from './sessions.ts'

/** What the library hands to its hooks, as far as these look at it. */
function connecting(username: string, password: string) {
  let closed = 0
  const close = () => {
    closed += 1
  }
  const client = { id: 'c', close, conn: new PassThrough() } as unknown as Client
  const packet = { clientId: 'c', username, password: Buffer.from(password) } as unknown as ConnectPacket
  return { client, packet, closed: () => closed }
}

it('a refused login is told with its address and name, unless the name may be a token in the wrong place', () => {
  const credentials = openCredentials(temporaryDirectory())
  onTestFinished(() => credentials.close())
  const told: string[] = []
  const clients = new Clients({
    sessions: new Sessions({ credentials, log: silentLog }),
    admission: new Admission({ connectionsMax: 10, perAddressMax: 10, connectTimeoutMs: 1_000 }),
    monoMs: () => 0,
    onRefused: ({ user, reason }) => told.push(`${user}: ${reason}`),
  })
  for (const username of ['door:gudang', 'k3Jx_secret']) {
    const { client, packet } = connecting(username, 'wrong')
    clients.prepare(client, packet)
    expect(clients.isRefused(client)).toBe(true)
  }
  expect(told).toEqual(['door:gudang: bad user name or password', 'no name of an identity: bad user name or password'])
})

it('a token revoked while its connection is between CONNECT and its place among the others ends that connection', () => {
  const credentials = openCredentials(temporaryDirectory())
  onTestFinished(() => credentials.close())
  const sessions = new Sessions({ credentials, log: silentLog })
  const admission = new Admission({ connectionsMax: 10, perAddressMax: 10, connectTimeoutMs: 1_000 })
  const clients = new Clients({ sessions, admission, monoMs: () => 0, onRefused: () => undefined })
  const { username, password } = credentials.issue({ role: 'app', id: 'simrs' })
  const one = connecting(username, password)
  const other = connecting(username, password)
  clients.prepare(one.client, one.packet)
  clients.prepare(other.client, other.packet)
  clients.registered(one.client)
  credentials.revoke(username)
  // The look that sees the change: the second connection is not among those who are live yet.
  sessions.closeRevoked(clients)
  expect([one.closed(), other.closed()]).toEqual([1, 0])
  clients.registered(other.client)
  expect(other.closed()).toBe(1)
  expect(sessions.identityOf(other.client)).toBeUndefined()
})
