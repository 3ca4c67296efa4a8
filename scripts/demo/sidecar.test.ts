import { expect, it } from 'vitest'
import { decode, encode } from '#contract/codec.ts'
import { beatOf } from './sidecar.ts'

it('reports a quick answer as up, with its latency', () => {
  expect(beatOf({ status: 200, latencyMs: 41.26 })).toEqual({ status: 'up', latencyMs: 41.3 })
})

it('reports an answer past the limit as degraded and says both figures', () => {
  expect(beatOf({ status: 200, latencyMs: 2_412 })).toMatchObject({
    status: 'degraded',
    message: 'Jawaban 2,4 dtk, batas 2,0 dtk',
  })
})

it('reports a server error and no answer as down', () => {
  expect(beatOf({ status: 500, latencyMs: 30 })).toMatchObject({
    status: 'down',
    message: 'Aplikasi menjawab HTTP 500',
  })
  expect(beatOf({ status: undefined, latencyMs: 8_000 })).toEqual({
    status: 'down',
    message: 'Aplikasi tidak menjawab',
  })
})

it('writes heartbeats the contract accepts', () => {
  const text = encode('heartbeat', { ...beatOf({ status: 503, latencyMs: 12 }), boot: 'b', seq: 0, at: 1 })
  expect(decode('heartbeat', new TextEncoder().encode(text)).ok).toBe(true)
})
