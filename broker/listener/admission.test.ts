import { Duplex } from 'node:stream'
import { expect, it } from 'vitest'
import { Admission } from './admission.ts'
import { Connection } from './connection.ts'
import { LoginQueue } from './login-queue.ts'

const limits = { connectionsMax: 3, perAddressMax: 2, connectTimeoutMs: 10_000 }

function setUp() {
  const admission = new Admission(limits)
  const time = { nowMs: 0 }
  const connect = (address: string) => {
    const stream = new Duplex({ read() {}, write: (_bytes, _encoding, done) => done() })
    const place = { address, end: () => stream.destroy() }
    if (!admission.places.take(place)) return undefined
    const connection = new Connection(stream, {
      place,
      monoMs: () => time.nowMs,
      logins: new LoginQueue(),
      onRefused: () => undefined,
    })
    admission.add(connection)
    return { connection, stream }
  }
  return { admission, time, connect }
}

it('takes a place for a newcomer until the login, and no longer', () => {
  const { admission, connect } = setUp()
  const [oldest, second, third] = [connect('10.0.0.1'), connect('10.0.0.2'), connect('10.0.0.3')]
  if (!oldest || !second || !third) throw new Error('three fit')
  expect(admission.login(oldest.connection, 'door:a', 4)).toBe(true)
  expect(connect('10.0.0.4')).toBeDefined()
  expect([oldest, second, third].map(({ stream }) => stream.destroyed)).toEqual([false, true, false])
  expect(admission.places.size).toBe(3)
})

it('counts the connections of an identity, whose name may be that of an object member', () => {
  const { admission, connect } = setUp()
  const one = connect('10.0.0.1')
  if (!one) throw new Error('one fits')
  for (const name of ['app:constructor', '__proto__']) {
    expect(admission.login(one.connection, name, 2)).toBe(true)
    expect(admission.login(one.connection, name, 2)).toBe(true)
    expect(admission.login(one.connection, name, 2)).toBe(false)
    admission.logout(name)
    expect(admission.login(one.connection, name, 2)).toBe(true)
  }
})

it('names those that sent no CONNECT in time', () => {
  const { admission, time, connect } = setUp()
  connect('10.0.0.1')
  time.nowMs = 5_000
  connect('10.0.0.2')
  time.nowMs = 10_000
  expect([...admission.overdue(time.nowMs)]).toEqual([])
  time.nowMs = 10_001
  expect([...admission.overdue(time.nowMs)].map(([{ place }, reason]) => [place.address, reason])).toEqual([
    ['10.0.0.1', 'no CONNECT in time'],
  ])
})
