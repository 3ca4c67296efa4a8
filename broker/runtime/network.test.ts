import { expect, it } from 'vitest'
import { networkOf } from './network.ts'

it('takes a /64 of IPv6 for one, however it is written, and each IPv4 address by itself', () => {
  const one = networkOf('2001:db8:1:2::3')
  for (const same of ['2001:db8:1:2:ffff::9', '2001:0DB8:1:2:0:0:0:1']) expect(networkOf(same)).toBe(one)
  expect(networkOf('2001:db8:1:3::3')).not.toBe(one)
  expect(networkOf('2001:db8::3')).toBe('2001:db8:0:0')
  expect(networkOf('::ffff:10.0.0.1')).toBe(networkOf('10.0.0.1'))
  expect(networkOf('10.0.0.1')).not.toBe(networkOf('10.0.0.2'))
})
