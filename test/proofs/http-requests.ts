/** Mutated HTTP/1.1 requests from a seed: good ones that were bent, cut, joined, smuggled or made up. Pure. */
import { seldom, unknownToken, type Wish, wishes } from './http-routes.ts'
import { mutateBytes, type Random } from './mutations.ts'

export interface Caller {
  readonly host: string
  /** Cookie headers of people who are logged in; none for a stranger. */
  readonly cookies: readonly string[]
}

const MUTATIONS_MAX = 3
const SELDOM_SHARE = 0.001
const seldomAsked = wishes.filter(({ route }) => seldom.includes(route))
const oftenAsked = wishes.filter(({ route }) => !seldom.includes(route))

const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE', 'CONNECT', 'PROPFIND', 'get', '']
const versions = ['HTTP/1.0', 'HTTP/2.0', 'HTTP/0.9', 'HTTPS/1.1', '']
const strangePaths = [
  ...['/../../etc/passwd', '/assets/..%2f..%2fpackage.json', '/assets/%00', '/%c0%ae%c0%ae/', '//evil.example/', '*'],
  ...['http://evil.example/', '/api/v1/status/../accounts', '/assets/%ff%fe', `/${'a/'.repeat(2_000)}`, '/?%', '/%'],
  ...[
    '/api/v1/series?__proto__[x]=1&constructor=2&where=a:b&where=c:d',
    '/hb/__proto__',
    '/api/v1/heartbeat/__proto__',
  ],
]
const strangeBodies = [
  '{"__proto__":{"role":"administrator"},"constructor":{"prototype":{"x":1}}}',
  `${'['.repeat(30_000)}${']'.repeat(30_000)}`,
  `${'{"a":'.repeat(8_000)}1${'}'.repeat(8_000)}`,
  '{"email":{"$gt":""},"password":{"$ne":null}}',
  '\u0000\ufffd{}',
  '"\\ud800"',
  '1e999',
  'a=1&__proto__[b]=2',
]
const strangeHeaders = [
  ...['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked, identity', 'Transfer-Encoding : chunked'],
  ...['Content-Length: 0', 'Content-Length: 5, 6', 'Content-Length: -1', 'Content-Length: 99999999999999999999'],
  ...[
    'Host: evil.example',
    'Origin: https://evil.example',
    'Origin: null',
    'X-Forwarded-For: 10.0.0.1',
    'Expect: 100-continue',
  ],
  ...[
    'Upgrade: websocket',
    'Connection: Upgrade, keep-alive',
    'Content-Encoding: gzip',
    'Range: bytes=0-,5-1',
    'Accept: */*;q=x',
  ],
  ...[
    'Content-Type: multipart/form-data',
    'Content-Type: application/json; charset=\u0000',
    'Cookie: __Host-siaga=%',
    ' folded: x',
  ],
  ...[
    'Authorization: Bearer ',
    `Authorization: Bearer ${unknownToken}`,
    `X: ${'x'.repeat(20_000)}`,
    'If-Modified-Since: x',
    '__proto__: x',
  ],
]
const chunked = [
  '5\r\nhello\r\n0\r\n\r\n',
  'fffffffffffffffff\r\nx',
  '-1\r\n\r\n',
  '5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n',
  '3\nabc\n0\n\n',
]

export interface Bent {
  readonly bytes: Buffer
  /** It carries the cookie of somebody who is logged in. */
  readonly named: boolean
  /** The server may wait for more, or answer something else: nothing follows on its connection. */
  readonly last: boolean
}

export function mutatedRequest(random: Random, caller: Caller): Bent {
  const below = (limit: number) => Math.floor(random() * limit)
  if (random() < 0.02)
    return { bytes: Buffer.from(Array.from({ length: 1 + below(200) }, () => below(256))), named: false, last: true }
  const bent = bentRequest(random, caller)
  // Half of them stay well-formed: what they ask for is bent, and they get past the parser.
  if (random() < 0.5) return bent
  let { bytes } = bent
  for (let left = 1 + below(MUTATIONS_MAX); left > 0; left--) {
    bytes = mutateBytes(bytes, bentRequest(random, caller).bytes, below)
  }
  const named = caller.cookies.some((cookie) => bytes.includes(`Cookie: ${cookie}`))
  return { bytes: bytes.length > 0 ? bytes : Buffer.of(below(256)), named, last: true }
}

type Pick = <T>(list: readonly T[]) => T

/** A whole request, most of the time a good one. */
function bentRequest(random: Random, caller: Caller): Bent {
  // None of the lists is empty.
  const pick: Pick = (list) => list[Math.floor(random() * list.length)] as (typeof list)[number]
  const wish: Wish = pick(random() < SELDOM_SHARE ? seldomAsked : oftenAsked)
  const { method, path } = wish
  const strange = random() < 0.4
  const line = strange ? strangeLine(random, pick, method, path) : `${method} ${path} HTTP/1.1`
  // Its own first: least is lost of them where another request is joined to it.
  const headers = [...(wish.headers ?? []), `Host: ${caller.host}`]
  const named = caller.cookies.length > 0 && random() < 0.6
  if (named) headers.push(`Cookie: ${pick(caller.cookies)}`)
  if (strange && random() < 0.7) headers.push(pick(strangeHeaders), ...(random() < 0.2 ? [pick(strangeHeaders)] : []))
  const [framing, body] = method === 'POST' ? bodyOf(random, pick, wish.body, strange) : [[], '']
  const bytes = Buffer.from(`${[line, ...headers, ...framing].join('\r\n')}\r\n\r\n${body}`)
  // The answer to a HEAD announces a body that does not come.
  return { bytes, named, last: strange || method === 'HEAD' }
}

function strangeLine(random: Random, pick: Pick, method: string, path: string): string {
  const version = random() < 0.1 ? pick(versions) : 'HTTP/1.1'
  return `${random() < 0.3 ? pick(methods) : method} ${random() < 0.4 ? pick(strangePaths) : path} ${version}`
}

/** @returns its headers, and itself */
function bodyOf(random: Random, pick: Pick, wished: string | undefined, strange: boolean): [string[], string] {
  const type = 'Content-Type: application/json'
  if (strange && random() < 0.25) return [[type, 'Transfer-Encoding: chunked'], pick(chunked)]
  const body = random() < 0.2 ? pick(strangeBodies) : wished
  if (body === undefined) return [['Content-Length: 0'], '']
  return [[type, `Content-Length: ${Buffer.byteLength(body)}`], body]
}
