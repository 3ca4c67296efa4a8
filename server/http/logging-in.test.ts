import type { FastifyRequest } from 'fastify'
import { expect, it } from 'vitest'
import { clientOf } from './logging-in.ts'

const networkOf = (ip: string) => clientOf({ headers: {}, ip } as FastifyRequest).network

it('counts the line of a subscriber as one guesser, and each IPv4 address by itself', () => {
  expect(networkOf('2001:db8:1:2::3')).toBe(networkOf('2001:db8:1:2:ffff::9'))
  expect(networkOf('2001:db8:1:2::3')).not.toBe(networkOf('2001:db8:1:3::3'))
  expect(networkOf('10.0.0.1')).not.toBe(networkOf('10.0.0.2'))
  expect(networkOf('::ffff:10.0.0.1')).toBe(networkOf('10.0.0.1'))
})
