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
    if (!admission.admits(address)) return undefined
    const stream = new Duplex({ read() {}, write: (_bytes, _encoding, done) => done() })
    const connection = new Connection(stream, {
      address,
      monoMs: () => time.nowMs,
      logins: new LoginQueue(),
      onRefused: () => undefined,
    })
    admission.add(connection)
    return { connection, stream }
  }
  return { admission, time, connect }
}

it('takes no more connections of one address than it may have, and another one when one is gone', () => {
  const { admission, connect } = setUp()
  const first = connect('10.0.0.1')
  expect(connect('10.0.0.1')).toBeDefined()
  expect(connect('10.0.0.1')).toBeUndefined()
  expect(connect('10.0.0.2')).toBeDefined()
  if (first) admission.remove(first.connection)
  expect(connect('10.0.0.1')).toBeDefined()
})

it('does not count loopback by address', () => {
  const { connect } = setUp()
  for (const address of ['127.0.0.1', '127.0.0.9', '::ffff:127.0.0.1']) expect(connect(address)).toBeDefined()
})

it('ends the one that has waited longest for a newcomer, never one that is logged in', () => {
  const { admission, connect } = setUp()
  const [oldest, second, third] = [connect('10.0.0.1'), connect('10.0.0.2'), connect('10.0.0.3')]
  if (!oldest || !second || !third) throw new Error('three fit')
  expect(admission.login(oldest.connection, 'door:a', 4)).toBe(true)
  expect(connect('10.0.0.4')).toBeDefined()
  expect(oldest.stream.destroyed).toBe(false)
  expect(second.stream.destroyed).toBe(true)
  expect(third.stream.destroyed).toBe(false)
  expect(admission.size).toBe(3)
})

it('refuses a newcomer when all are logged in', () => {
  const { admission, connect } = setUp()
  for (const address of ['10.0.0.1', '10.0.0.2', '10.0.0.3']) {
    const one = connect(address)
    if (one) admission.login(one.connection, `door:${address}`, 4)
  }
  expect(connect('10.0.0.4')).toBeUndefined()
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
  expect([...admission.overdue(time.nowMs)].map(([{ address }, reason]) => [address, reason])).toEqual([
    ['10.0.0.1', 'no CONNECT in time'],
  ])
})
