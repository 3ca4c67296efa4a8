/** An application that pushes heartbeats by HTTP at an even rate, and notes how long each takes to be recorded. */
import { setTimeout as delay } from 'node:timers/promises'
import { systemClock } from '#runtime/clock.ts'
import { serve } from '../child.ts'

export interface HttpCanaryQuestion {
  readonly url: string
  readonly app: string
  readonly token: string
  readonly ratePerS: number
  readonly durationMs: number
}

/** ms until 202; undefined when it was not recorded. */
export type Pushed = number | undefined

serve<HttpCanaryQuestion, Pushed[]>(async (question) => {
  const { ratePerS, durationMs } = question
  const total = Math.round((ratePerS * durationMs) / 1000)
  const startMs = systemClock.monoMs()
  const pushed: Promise<Pushed>[] = []
  while (pushed.length < total) {
    const due = Math.min(total, Math.floor(((systemClock.monoMs() - startMs) * ratePerS) / 1000) + 1)
    while (pushed.length < due) pushed.push(push(question))
    await delay(1)
  }
  return Promise.all(pushed)
})

async function push({ url, app, token }: HttpCanaryQuestion): Promise<Pushed> {
  const sentMs = systemClock.monoMs()
  try {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const answer = await fetch(`${url}/api/v1/heartbeat/${app}`, { method: 'POST', headers, body: '{"latencyMs":7}' })
    await answer.arrayBuffer()
    return answer.status === 202 ? systemClock.monoMs() - sentMs : undefined
  } catch {
    // Refused or reset: not recorded, whatever the reason.
    return undefined
  }
}
