/** Publishes heartbeats QoS 1 as fast as they are acknowledged: each connection keeps a window in flight. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { systemClock } from '#runtime/clock.ts'
import { serve } from '../child.ts'
import { AnswerCounter, CONNACK_TYPE, connectPacket, PUBACK_TYPE, publishPacket } from '../wire.ts'
import type { PacedClient } from './paced-publisher.ts'

export type FloodQuestion =
  | { readonly kind: 'connect'; readonly port: number; readonly clients: readonly PacedClient[] }
  | { readonly kind: 'flood'; readonly messagesEach: number; readonly windowMessages: number }

export interface FloodAnswer {
  /** CLOCK_MONOTONIC of the first publish. */
  readonly startedMs: number
  /** CLOCK_MONOTONIC of the last PUBACK. */
  readonly acknowledgedMs: number
}

interface Source {
  readonly app: string
  readonly socket: Socket
  seq: number
}

const MESSAGE_IDS = 65_535
let sources: Source[] = []

serve<FloodQuestion, FloodAnswer>(async (question) => {
  const startedMs = systemClock.monoMs()
  if (question.kind === 'connect') {
    sources = await Promise.all(question.clients.map((client) => open(question.port, client)))
  } else {
    await Promise.all(sources.map((source) => flood(source, question.messagesEach, question.windowMessages)))
  }
  return { startedMs, acknowledgedMs: systemClock.monoMs() }
})

async function open(port: number, { app, username, password }: PacedClient): Promise<Source> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const login = username !== undefined && password !== undefined ? { username, password } : undefined
  socket.write(connectPacket(app, login))
  const [answer] = await once(socket, 'data')
  new AnswerCounter(CONNACK_TYPE).count(answer)
  if (answer[3] !== 0) throw new Error(`${app} was refused with return code ${answer[3]}`)
  return { app, socket, seq: Math.floor(Date.now() / 100) }
}

function flood(source: Source, messages: number, windowMessages: number): Promise<void> {
  const { socket } = source
  const answers = new AnswerCounter(PUBACK_TYPE)
  return new Promise((resolve, reject) => {
    let sent = 0
    let acknowledged = 0
    const fill = () => {
      const packets: Buffer[] = []
      while (sent < messages && sent - acknowledged < windowMessages) {
        packets.push(nextPublish(source, sent))
        sent += 1
      }
      if (packets.length > 0) socket.write(Buffer.concat(packets))
    }
    const closed = () => reject(new Error(`the broker closed ${source.app} after ${acknowledged} of ${messages}`))
    const take = (chunk: Buffer) => {
      acknowledged += answers.count(chunk)
      if (acknowledged < messages) return fill()
      socket.off('data', take)
      socket.off('close', closed)
      resolve()
    }
    socket.on('data', take)
    socket.on('close', closed)
    fill()
  })
}

function nextPublish(source: Source, index: number): Buffer {
  source.seq += 1
  const payload = JSON.stringify({ boot: 'bench', seq: source.seq, status: 'up', latencyMs: 20 + (index % 80) })
  return publishPacket(`siaga/v1/apps/${source.app}/heartbeat`, (index % MESSAGE_IDS) + 1, payload)
}
