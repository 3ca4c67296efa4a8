/** Commands to a door from this page (`/api/v1/doors/{door}/commands`). */
import { z } from 'zod'
import type { ForcedCause } from '../../broker/contract/door.ts'
import type { ForcedOpeningView } from '../../broker/contract/live.ts'
import { ApiError, call } from '../lib/api.ts'
import { t } from '../lib/texts.ts'

const Result = z.object({
  result: z.string(),
  replies: z.array(z.object({ reason: z.string().optional() })),
})

/** As the contract has it (broker/contract/command.ts). */
const REASON_LENGTH = { min: 3, max: 200 } as const

/** What is wrong with a reason; empty when nothing is. Pure. */
export function reasonFault(reason: string): string {
  const { length } = reason.trim()
  return length < REASON_LENGTH.min || length > REASON_LENGTH.max ? t.doorsPage.reasonWrong : ''
}

export const classify = (door: string, { journal, seq }: ForcedOpeningView, as: ForcedCause, reason: string) =>
  command(door, { kind: 'classify', journal, seq, as, reason: reason.trim() })

export const confirmSetBack = (door: string) =>
  command(door, { kind: 'confirm-set-back', reason: t.doorsPage.setBackReason })

export const confirmClock = (door: string) =>
  command(door, { kind: 'confirm-clock', reason: t.doorsPage.clockBackReason })

/** @throws ApiError when it was not sent, or the door did not do it */
async function command(door: string, body: object): Promise<void> {
  const { result, replies } = await call(`/api/v1/doors/${door}/commands`, Result, { method: 'POST', body })
  if (result !== 'done') throw new ApiError(t.doorsPage.notDone(replies.at(-1)?.reason ?? result), '', 200)
}
