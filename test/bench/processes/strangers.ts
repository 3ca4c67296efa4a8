/** Connections that never log in: some that send without end, some that hardly send at all. */
import { connect, type Socket } from 'node:net'
import { createRandom } from '../../../scripts/demo/random.ts'
import { connectPacket } from '../../harness/mqtt-wire.ts'
import { serve } from '../child.ts'
import { median } from '../statistics.ts'

export type StrangersQuestion =
  /** Each announces a CONNECT of that size and sends it; cut, it may come again until so much has left it. */
  | {
      readonly kind: 'flood'
      readonly port: number
      readonly sockets: number
      readonly bytesEach: number
      readonly again: boolean
    }
  /** Each sends a part of a CONNECT, then a byte a second; where it is cut it comes again. Until `stop`. */
  | { readonly kind: 'slow'; readonly port: number; readonly connections: number; readonly seed: number }
  | { readonly kind: 'stop' }

export interface StrangersAnswer {
  readonly sentBytes: number
  /** Ever opened. */
  readonly connections: number
  /** Slow ones that stood, the median since they began: at one moment many may just have been cut. */
  readonly open: number
}

/** Ports of one address run out: a closed connection keeps its pair for a minute. */
const ADDRESSES = 50
const CHUNK_BYTES = 64 * 1024
const TRICKLE_EVERY_MS = 1_000
const PHASES = 100
/** Cut connections come again without a pause for the broker, but not in a spin. */
const AGAIN_MS = 50

let opened = 0
let slow: { readonly sockets: Set<Socket>; readonly standing: number[]; readonly timer: NodeJS.Timeout } | undefined

serve<StrangersQuestion, StrangersAnswer>(async (question) => {
  const openedBefore = opened
  let sentBytes = 0
  if (question.kind === 'flood') {
    const floods = Array.from({ length: question.sockets }, () => flood(question))
    sentBytes = (await Promise.all(floods)).reduce((sum, bytes) => sum + bytes, 0)
  } else if (question.kind === 'slow') {
    await startSlow(question.port, question.connections, question.seed)
  }
  const open = slow ? median(slow.standing) : 0
  if (question.kind === 'stop') stopSlow()
  return { sentBytes, connections: opened - openedBefore, open }
})

function openSocket(port: number): Socket {
  opened += 1
  const socket = connect({ port, host: '127.0.0.1', localAddress: `127.0.0.${2 + (opened % ADDRESSES)}` })
  socket.on('error', () => socket.destroy())
  return socket
}

/** @returns bytes that left it; those of a connection that was cut count as far as the kernel took them */
async function flood({ port, bytesEach, again }: StrangersQuestion & { kind: 'flood' }): Promise<number> {
  let sent = 0
  do sent += await floodOnce(port, bytesEach - sent, announcing(bytesEach))
  while (again && sent < bytesEach)
  return sent
}

/** Fixed header of a CONNECT with that remaining length. */
function announcing(bytes: number): Buffer {
  const digits = [0, 1, 2, 3].map((place) => (Math.floor(bytes / 128 ** place) % 128) | (place < 3 ? 0x80 : 0))
  return Buffer.from([0x10, ...digits])
}

function floodOnce(port: number, bytes: number, head: Buffer): Promise<number> {
  return new Promise((resolve) => {
    const socket = openSocket(port)
    const chunk = Buffer.alloc(CHUNK_BYTES)
    let left = bytes
    const fill = () => {
      while (left > 0 && !socket.destroyed) {
        left -= CHUNK_BYTES
        if (!socket.write(chunk)) return
      }
      // Held until all of it is out, so that the other side has it in hand.
      if (left <= 0) socket.end()
    }
    socket.on('drain', fill)
    socket.once('connect', () => {
      socket.write(head)
      fill()
    })
    socket.resume()
    socket.once('close', () => setTimeout(() => resolve(socket.bytesWritten), AGAIN_MS))
  })
}

async function startSlow(port: number, connections: number, seed: number): Promise<void> {
  const random = createRandom(seed)
  const sockets = new Set<Socket>()
  const whole = connectPacket({ clientId: 'slow', username: 'door:slow', password: 'x'.repeat(43) })
  // Each at its own time: strangers know nothing of each other.
  let phase = 0
  const standing: number[] = []
  const timer = setInterval(() => {
    phase = (phase + 1) % PHASES
    let place = 0
    let open = 0
    for (const socket of sockets) {
      place += 1
      if (socket.connecting) continue
      open += 1
      if (place % PHASES === phase) socket.write(Buffer.of(0x10))
    }
    standing.push(open)
  }, TRICKLE_EVERY_MS / PHASES)
  slow = { sockets, standing, timer }
  const open = (): Promise<void> =>
    new Promise((resolve) => {
      const socket = openSocket(port)
      sockets.add(socket)
      socket.resume()
      socket.once('connect', () => {
        // The length it announces never comes.
        socket.write(whole.subarray(0, 2 + Math.floor(random() * (whole.length - 60))))
        resolve()
      })
      socket.once('close', () => {
        if (!sockets.delete(socket) || slow?.sockets !== sockets) return
        setTimeout(() => void open(), AGAIN_MS)
      })
    })
  await Promise.all(Array.from({ length: connections }, open))
}

function stopSlow(): void {
  if (!slow) return
  clearInterval(slow.timer)
  const { sockets } = slow
  slow = undefined
  for (const socket of sockets) socket.destroy()
}
