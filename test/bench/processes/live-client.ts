/** A screen without a screen: notes when each application's number arrived over Socket.IO. */
import { io, type Socket } from 'socket.io-client'
import type { Frame } from '#contract/live.ts'
import { systemClock } from '#runtime/clock.ts'
import { serve } from '../child.ts'

export type LiveQuestion =
  | { readonly kind: 'connect'; readonly url: string; readonly feed: 'siaga' | 'bare'; readonly cookie?: string }
  | { readonly kind: 'take' }

export interface Seen {
  readonly app: string
  readonly seq: number
  /** CLOCK_MONOTONIC. */
  readonly atMs: number
}

let socket: Socket | undefined
let seen: Seen[] = []

serve<LiveQuestion, Seen[]>(async (question) => {
  if (question.kind === 'take') {
    const taken = seen
    seen = []
    return taken
  }
  socket?.disconnect()
  const opened = io(question.feed === 'siaga' ? `${question.url}/live` : question.url, {
    transports: ['websocket'],
    ...(question.cookie !== undefined && { extraHeaders: { cookie: question.cookie } }),
  })
  socket = opened
  opened.on('frame', noteFrame)
  opened.on('heartbeat', (app: string, seq: number) => seen.push({ app, seq, atMs: systemClock.monoMs() }))
  await new Promise<void>((resolve, reject) => {
    opened.once('connect_error', reject)
    opened.once(question.feed === 'siaga' ? 'snapshot' : 'connect', () => resolve())
  })
  return []
})

function noteFrame({ changes }: Frame): void {
  const atMs = systemClock.monoMs()
  for (const { id, seq } of changes.apps ?? []) if (typeof seq === 'number') seen.push({ app: id, seq, atMs })
}
