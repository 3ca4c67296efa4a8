/** Whether a list fits the channel: its body, and the payload around it, in which every quote of the body is escaped. */
import { z } from 'zod'
import { AccessList, type AccessListSent } from '#contract/access-list.ts'
import { channels } from '#contract/channels.ts'
import { Signed } from '#contract/signed.ts'

/** Ed25519, 64 bytes in base64. */
const SIGNATURE_LETTERS = 88

export interface ListSize {
  readonly bodyLetters: number
  readonly payloadBytes: number
}

export const listLimits = {
  bodyLetters: Signed.shape.body.maxLength ?? 0,
  payloadBytes: channels.access.maxBytes,
} as const

export function sizeOf(list: AccessListSent): ListSize {
  const body = JSON.stringify(list)
  const payload = JSON.stringify({ body, signature: 'x'.repeat(SIGNATURE_LETTERS) } satisfies Signed)
  return { bodyLetters: body.length, payloadBytes: Buffer.byteLength(payload) }
}

/** A list that no door could be sent. Its message says how large it is, and what to do. */
export class ListTooLarge extends Error {
  override readonly name = 'ListTooLarge'
}

/** @throws ListTooLarge when it does not fit the channel, or has more of something than the contract allows */
export function requireFit(list: AccessListSent): void {
  const { bodyLetters, payloadBytes } = sizeOf(list)
  const { people, schedules = [], holidays = [] } = list
  const has = `${people.length} people, ${schedules.length} schedules and ${holidays.length} holidays`
  const advice = `unassign who no longer needs this door (assignments list --door ${list.door}), or let people share schedules`
  if (bodyLetters > listLimits.bodyLetters || payloadBytes > listLimits.payloadBytes) {
    throw new ListTooLarge(
      `${list.door}: its access list would be ${payloadBytes} bytes (at most ${listLimits.payloadBytes}) with a body of ` +
        `${bodyLetters} letters (at most ${listLimits.bodyLetters}), for ${has}: ${advice}`,
    )
  }
  const parsed = AccessList.safeParse(list)
  if (parsed.success) return
  throw new ListTooLarge(
    `${list.door}: its access list has ${has}, no door takes it: ${advice}\n${z.prettifyError(parsed.error)}`,
  )
}
