import { afterEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { ApiError, call } from './api.ts'

const Answer = z.object({ apps: z.array(z.string()) })

function serverSays(body: string, status = 200): void {
  vi.stubGlobal('fetch', async () => new Response(body, { status }))
}

async function failure(): Promise<ApiError> {
  const error: unknown = await call('/api/v1/x', Answer).catch((thrown: unknown) => thrown)
  if (error instanceof ApiError) return error
  throw new Error('expected an ApiError')
}

afterEach(() => void vi.unstubAllGlobals())

test('a good answer is decoded', async () => {
  serverSays('{"apps":["sipd"]}')
  expect(await call('/api/v1/x', Answer)).toEqual({ apps: ['sipd'] })
})

test('a problem document speaks in its own words', async () => {
  serverSays('{"title":"Bad query","detail":"use every=1h","status":400}', 400)
  expect(await failure()).toMatchObject({ title: 'Bad query', message: 'use every=1h', status: 400, value: '' })
  serverSays('{"title":"Not done","detail":"no such","value":"simrs","status":409}', 409)
  expect(await failure()).toMatchObject({ value: 'simrs' })
})

test('an error without a problem document names its status', async () => {
  serverSays('<h1>oops</h1>', 502)
  expect(await failure()).toMatchObject({ title: 'Server menjawab 502', status: 502 })
})

test('an answer of another shape is an error, not half a page', async () => {
  serverSays('{"apps":[1]}')
  expect((await failure()).title).toBe('Jawaban server tidak dikenal')
})

test('an unreachable server is an error with status 0', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')))
  expect((await failure()).status).toBe(0)
})
