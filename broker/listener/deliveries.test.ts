import { expect, it } from 'vitest'
import { Deliveries, UNACKNOWLEDGED_MAX } from './deliveries.ts'

function send(deliveries: Deliveries, count: number, topic = 'a', qos = 1): boolean {
  let may = true
  for (let sent = 0; sent < count; sent++) may = deliveries.sending(topic, qos)
  return may
}

it('takes as many as are acknowledged, and the bound beside them', () => {
  const deliveries = new Deliveries()
  deliveries.subscribed('a', 1)
  expect(send(deliveries, UNACKNOWLEDGED_MAX)).toBe(true)
  deliveries.acknowledged()
  expect(send(deliveries, 1)).toBe(true)
  expect(send(deliveries, 1)).toBe(false)
})

it('does not count what needs no acknowledgement', () => {
  const deliveries = new Deliveries()
  deliveries.subscribed('a', 0)
  deliveries.subscribed('b', 1)
  deliveries.unsubscribed('b')
  expect(send(deliveries, 2 * UNACKNOWLEDGED_MAX)).toBe(true)
  expect(send(deliveries, 2 * UNACKNOWLEDGED_MAX, 'b')).toBe(true)
  deliveries.subscribed('b', 1)
  expect(send(deliveries, 2 * UNACKNOWLEDGED_MAX, 'b', 0)).toBe(true)
})

it('gives no room for acknowledgements of nothing', () => {
  const deliveries = new Deliveries()
  deliveries.subscribed('a', 1)
  for (let index = 0; index < 500; index++) deliveries.acknowledged()
  expect(send(deliveries, UNACKNOWLEDGED_MAX + 1)).toBe(false)
})
