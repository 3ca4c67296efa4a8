/** Publishes numbered heartbeats at an even rate over one connection an application, round robin, QoS 1 (mqtt.js). */
import { setTimeout as delay } from 'node:timers/promises'
import { connectAsync, type MqttClient } from 'mqtt'
import { systemClock } from '#runtime/clock.ts'
import { serve } from '../child.ts'

export interface PacedClient {
  readonly app: string
  readonly username?: string
  readonly password?: string
}

export type PacedQuestion =
  | { readonly kind: 'connect'; readonly url: string; readonly clients: readonly PacedClient[] }
  | {
      readonly kind: 'publish'
      readonly ratePerS: number
      readonly durationMs: number
      /** How long the last PUBACK may take; 10 s if not given. */
      readonly patienceMs?: number
    }
  | { readonly kind: 'disconnect' }

export interface Sent {
  readonly app: string
  readonly seq: number
  /** CLOCK_MONOTONIC when the client library took it. */
  readonly atMs: number
  /** Until PUBACK. */
  readonly acknowledgedMs: number
}

interface Source {
  readonly app: string
  readonly client: MqttClient
  seq: number
}

const ACKNOWLEDGED_WITHIN_MS = 10_000
let sources: Source[] = []

serve<PacedQuestion, Sent[]>(async (question) => {
  if (question.kind === 'publish') return publishEvenly(question)
  await Promise.all(sources.map(({ client }) => client.endAsync(true)))
  sources = []
  if (question.kind === 'connect') sources = await Promise.all(question.clients.map((one) => open(question.url, one)))
  return []
})

async function open(url: string, { app, username, password }: PacedClient): Promise<Source> {
  const login = username !== undefined && password !== undefined ? { username, password } : {}
  // Numbers go on over reconnections: a second run must not look like a repetition.
  return { app, client: await connectAsync(url, { protocolVersion: 4, ...login }), seq: Math.floor(Date.now() / 100) }
}

async function publishEvenly(question: PacedQuestion & { kind: 'publish' }): Promise<Sent[]> {
  const { ratePerS, durationMs, patienceMs = ACKNOWLEDGED_WITHIN_MS } = question
  const total = Math.round((ratePerS * durationMs) / 1000)
  const startMs = systemClock.monoMs()
  const sent: Promise<Sent>[] = []
  while (sent.length < total) {
    const due = Math.min(total, Math.floor(((systemClock.monoMs() - startMs) * ratePerS) / 1000) + 1)
    while (sent.length < due) sent.push(publishNext(sent.length))
    await delay(1)
  }
  return Promise.race([
    Promise.all(sent),
    delay(patienceMs).then(() => {
      throw new Error(`not every PUBACK came within ${patienceMs} ms`)
    }),
  ])
}

async function publishNext(index: number): Promise<Sent> {
  const source = sources[index % sources.length]
  if (!source) throw new Error('not connected')
  source.seq += 1
  const { app, client, seq } = source
  const latencyMs = 20 + (index % 80)
  const payload = JSON.stringify({ boot: 'bench', seq, status: 'up', latencyMs, at: Date.now() })
  const atMs = systemClock.monoMs()
  await client.publishAsync(`siaga/v1/apps/${app}/heartbeat`, payload, { qos: 1 })
  return { app, seq, atMs, acknowledgedMs: systemClock.monoMs() - atMs }
}
