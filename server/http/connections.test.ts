import { expect, it } from 'vitest'
import { matcherOf } from './connections.ts'

it.each([
  ['127.0.0.1,10.0.0.0/24', ['127.0.0.1', '10.0.0.7', '::ffff:10.0.0.7'], ['127.0.0.2', '10.0.1.7', '::1']],
  ['10.0.0.0/255.255.128.0', ['10.0.127.1'], ['10.0.128.1']],
  ['fd00::/8,2001:db8::1', ['fd12::1', '2001:db8::1'], ['fe80::1', '2001:db8::2', '10.0.0.1']],
])('proxies %s', (proxies, inside, outside) => {
  const isProxy = matcherOf(proxies)
  expect(inside.filter(isProxy)).toEqual(inside)
  expect(outside.filter(isProxy)).toEqual([])
})
