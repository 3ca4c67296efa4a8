/** Mutated handshakes of Engine.IO and mutated frames of Socket.IO from a seed. Pure. */
import { mutateBytes, type Random } from './mutations.ts'
import { clientFrame, opcode } from './websocket-frames.ts'

const MUTATIONS_MAX = 3
/** Past what the server takes of a screen. */
const LARGE = 2_000
const TAKEN_SHARE = 0.7
/** RFC 6455 §5.5. */
const CONTROL_BYTES_MAX = 125

const messages = [
  ...['2', '3', '3probe', '1', '4', '5', '6', '0{"sid":"x"}', '40/live,', '40', '41/live,', '40/live,{"token":"x"}'],
  ...['42/live,["resync"]', '42/live,7["resync"]', '43/live,7[]', '44/live,{"message":"x"}', '42["resync"]'],
  ...['42/live,["resync",{"__proto__":{"x":1}}]', '42/live,["__proto__"]', '42/live,["constructor",{}]', '42/live,[1]'],
  ...['42/live,["snapshot",{"version":1}]', '42/live,["disconnect"]', '42/live,["connection"]', '42/live,["error"]'],
  ...['451-/live,["resync",{"_placeholder":true,"num":0}]', '4599999999-/live,["resync"]', '461-/live,3[]'],
  ...['42/live,99999999999999999999["resync"]', '42/__proto__,["resync"]', '40/nowhere,', '42/live,{"length":1}', ''],
  `42/live,${'['.repeat(480)}${']'.repeat(480)}`,
  `42/live,["resync","${'x'.repeat(LARGE)}"]`,
]

/** Packets that a screen may send any number of, up to what they carry. */
const takenHeads = [
  ...['42/live,["resync",', '42/live,7["resync",', '42/live,["snapshot",', '42/live,99999999999999999999["resync",'],
  ...['43/live,7[', '43/live,[', '43/live,99999999999999999999['],
]
const values = [
  '1e999',
  '-0',
  'null',
  '{"__proto__":{"x":1}}',
  '{"constructor":{"prototype":[]}}',
  '[[[[]]]]',
  '{"length":-1}',
]

/** One frame; most of them right as frames and as packets, or each connection would end at its first. */
export function mutatedLiveFrame(random: Random): Buffer {
  const below = (limit: number) => Math.floor(random() * limit)
  const pick = () => Buffer.from(messages[below(messages.length)] ?? '')
  if (random() < TAKEN_SHARE) return takenFrame(random, pick, below)
  let payload: Buffer = pick()
  for (let left = below(MUTATIONS_MAX + 1); left > 0 && payload.length > 0; left--) {
    payload = mutateBytes(payload, Buffer.concat([pick(), Buffer.of(0)]), below)
  }
  const kind = random() < 0.85 ? opcode.text : below(16)
  const frame = clientFrame(kind, payload, random() < 0.9 ? undefined : below(256))
  return random() < 0.8 ? frame : mutateBytes(frame, clientFrame(opcode.binary, pick()), below)
}

/** One that the server has no reason to end a connection for, with what it carries bent. */
function takenFrame(random: Random, pick: () => Buffer, below: (limit: number) => number): Buffer {
  const bent = mutateBytes(pick(), pick(), below).subarray(0, CONTROL_BYTES_MAX)
  const value = random() < 0.5 ? JSON.stringify(bent.toString('latin1')) : (values[below(values.length)] ?? '0')
  const packet = Buffer.from(`${takenHeads[below(takenHeads.length)]}${value}]`)
  switch (below(8)) {
    case 0:
      return clientFrame(random() < 0.5 ? opcode.ping : opcode.pong, bent)
    case 1: {
      // One message in two frames, with another one between them.
      const at = below(packet.length)
      const first = clientFrame(opcode.text, packet.subarray(0, at), opcode.text)
      return Buffer.concat([first, clientFrame(opcode.ping, bent), clientFrame(opcode.more, packet.subarray(at))])
    }
    case 2:
      // Types of Engine.IO that say nothing here.
      return clientFrame(opcode.text, Buffer.from(`${'0136'[below(4)]}${bent.toString('latin1')}`))
    case 3:
      // A namespace there is not.
      return clientFrame(opcode.text, Buffer.from(`40/${JSON.stringify(bent.toString('latin1')).replaceAll(',', '')},`))
    default:
      return clientFrame(opcode.text, packet)
  }
}

export function handshake(host: string, cookie: string | undefined): Buffer {
  const headers = ['Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13']
  return request('/socket.io/?EIO=4&transport=websocket', [
    ...[`Host: ${host}`, ...headers, 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='],
    ...(cookie === undefined ? [] : [`Cookie: ${cookie}`]),
  ])
}

/** A handshake that is bent, also of the transport that is not offered. */
export function mutatedHandshake(random: Random, host: string, cookie: string | undefined): Buffer {
  const below = (limit: number) => Math.floor(random() * limit)
  const own = cookie === undefined ? [] : [`Cookie: ${cookie}`]
  const queries = [
    ...[
      'EIO=4&transport=polling',
      'EIO=3&transport=polling&j=0',
      'EIO=4&transport=polling&sid=x',
      'transport=websocket',
    ],
    ...['EIO=4&transport=__proto__', 'EIO=4&transport=websocket&sid=constructor', 'EIO=4&transport[]=polling', ''],
  ]
  const polling = request(`/socket.io/?${queries[below(queries.length)]}`, [`Host: ${host}`, ...own])
  const bent = random() < 0.5 ? polling : handshake(host, cookie)
  return random() < 0.3 ? bent : mutateBytes(bent, polling, below)
}

function request(path: string, headers: readonly string[]): Buffer {
  return Buffer.from(`${[`GET ${path} HTTP/1.1`, ...headers].join('\r\n')}\r\n\r\n`)
}
