import { isIPv6, SocketAddress } from 'node:net'

const MAPPED = '::ffff:'

/**
 * Whose an address is, for bounds and brakes: of IPv6 the /64, since whoever has one address of it has 2^64. An IPv4
 * address by itself, also where IPv6 carries it (RFC 4291 §2.5.5.2).
 */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address
  const shortest = new SocketAddress({ address, family: 'ipv6' }).address
  if (shortest.startsWith(MAPPED)) return shortest.slice(MAPPED.length)
  const [head = [], tail = []] = shortest.split('::').map((part) => (part === '' ? [] : part.split(':')))
  const zeros = new Array<string>(Math.max(0, 8 - head.length - tail.length)).fill('0')
  return [...head, ...zeros, ...tail].slice(0, 4).join(':')
}
