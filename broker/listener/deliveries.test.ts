import { expect, it } from 'vitest'
import { Deliveries, IDENTIFIER_MAX, UNACKNOWLEDGED_MAX } from './deliveries.ts'

/** @returns the identifier of each, undefined where too many wait */
function send(deliveries: Deliveries, count: number, topic = 'a', qos = 1): (number | undefined)[] {
  return Array.from({ length: count }, () => deliveries.sending(topic, qos))
}

function subscribed(qos = 1): Deliveries {
  const deliveries = new Deliveries()
  deliveries.subscribed('a', qos)
  return deliveries
}

it('takes as many as are acknowledged, and the bound beside them', () => {
  const deliveries = subscribed()
  const sent = send(deliveries, UNACKNOWLEDGED_MAX)
  expect(sent).not.toContain(undefined)
  deliveries.acknowledged(sent[7] ?? 0)
  expect(send(deliveries, 2).map((identifier) => identifier !== undefined)).toEqual([true, false])
})

it('does not count what needs no acknowledgement', () => {
  const deliveries = subscribed(0)
  deliveries.subscribed('b', 1)
  deliveries.unsubscribed('b')
  expect(send(deliveries, 2 * UNACKNOWLEDGED_MAX)).not.toContain(undefined)
  expect(send(deliveries, 2 * UNACKNOWLEDGED_MAX, 'b')).not.toContain(undefined)
  deliveries.subscribed('b', 1)
  expect(send(deliveries, 2 * UNACKNOWLEDGED_MAX, 'b', 0)).not.toContain(undefined)
})

it('gives no room for acknowledgements of nothing, nor twice for one', () => {
  const deliveries = subscribed()
  deliveries.acknowledged(1)
  const [first = 0] = send(deliveries, UNACKNOWLEDGED_MAX)
  for (const identifier of [IDENTIFIER_MAX, first, first]) deliveries.acknowledged(identifier)
  expect(send(deliveries, 2)[1]).toBeUndefined()
})

it('gives no identifier again that waits, however many others come and go', () => {
  const deliveries = subscribed()
  const [waiting = 0] = send(deliveries, 1)
  const later = Array.from({ length: 2 * IDENTIFIER_MAX }, () => {
    const identifier = deliveries.sending('a', 1) ?? 0
    deliveries.acknowledged(identifier)
    return identifier
  })
  const others = Array.from({ length: IDENTIFIER_MAX }, (_, index) => index + 1).filter((one) => one !== waiting)
  expect(later.slice(0, others.length).toSorted((a, b) => a - b)).toEqual(others)
  expect(later).not.toContain(waiting)
})
