/**
 * Commands to a door (design §3.3): first a challenge, then the signed command that carries its nonce. Never queued,
 * never retained, never late. `reply` tells what became of it, several times for an enrolment.
 */
import { z } from 'zod'
import { ForcedCause, PersonId } from './door.ts'
import { BootId, EpochMs, Id, JournalId, Sequence } from './identifiers.ts'
import { Signed } from './signed.ts'

/** An unsigned request for a nonce, or a signed command carrying it. */
export const Command = z.union([z.object({ id: Id, kind: z.literal('challenge') }), Signed])
export type Command = z.infer<typeof Command>

const Nonce = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'a nonce is 32 bytes in base64url')

/** 32 random bytes in base64url; one outstanding, valid 10 s on the door's own CLOCK_BOOTTIME. */
export const Challenge = z.object({ id: Id, nonce: Nonce })
export type Challenge = z.infer<typeof Challenge>

/** No release lasts longer, whatever is asked. */
const UNLOCK_PULSE_MAX_MS = 10_000

/** What is asked of the door. */
const requests = [
  z.object({
    kind: z.literal('unlock'),
    /** How long, at most; the door's own pulse when absent. */
    pulseMs: z.int().min(500).max(UNLOCK_PULSE_MAX_MS).optional(),
    /** Also while the door is locked down. */
    override: z.boolean().default(false),
  }),
  z.object({ kind: z.literal('lockdown') }),
  z.object({ kind: z.literal('release-lockdown') }),
  z.object({
    kind: z.literal('enrol'),
    person: PersonId,
    /** Which finger, for example `kanan-telunjuk`. */
    finger: z.string().regex(/^[a-z0-9-]{1,32}$/, 'a finger is 1 to 32 of a-z, 0-9 and -'),
    /** Opens as any other finger does, and raises a silent alarm. */
    duress: z.boolean().default(false),
  }),
  /** The templates of a person; without one, those that belong to nobody. */
  z.object({ kind: z.literal('delete'), person: PersonId.optional() }),
  /** Ends the enrolment under way. */
  z.object({ kind: z.literal('cancel') }),
  /** Takes the sensor on the wall for the door's own: empties it, forgets whose templates it had, and pairs it anew. */
  z.object({ kind: z.literal('pair-sensor') }),
  /** Ends the alarm `set-back`: somebody has seen it, and knows why. */
  z.object({ kind: z.literal('confirm-set-back') }),
  /** The time of this command takes the place of the latest one the door knew, as a clock that was far ahead left it. */
  z.object({ kind: z.literal('confirm-clock') }),
  /** Says what the forced opening with this key was; the newest word counts. Only the record of it does anything. */
  z.object({ kind: z.literal('classify'), journal: JournalId, seq: Sequence.min(1), as: ForcedCause }),
] as const

/** What an operator asks, and why. */
const asked = {
  /** Why, in the operator's words; kept with the command for good. No names of others, no NIP. */
  reason: z.string().trim().min(3).max(200),
}

export const CommandRequest = z.discriminatedUnion('kind', [
  requests[0].extend(asked),
  requests[1].extend(asked),
  requests[2].extend(asked),
  requests[3].extend(asked),
  requests[4].extend(asked),
  requests[5].extend(asked),
  requests[6].extend(asked),
  requests[7].extend(asked),
  requests[8].extend(asked),
  requests[9].extend(asked),
])
export type CommandRequest = z.infer<typeof CommandRequest>
export type CommandKind = CommandRequest['kind']

/** What is signed beside the request. */
const CommandFrame = z.object({
  id: Id,
  door: Id,
  nonce: Nonce,
  /** The server's time when it signed; its nonce proves that this was just now. A server of before says none. */
  at: EpochMs.optional(),
  /** Opaque id of whoever gave the command, as `demo` or `person:asn-0001`. */
  actor: z.string().regex(/^[a-z0-9:-]{1,80}$/, 'an actor is 1 to 80 of a-z, 0-9, : and -'),
})

/** Body of a signed command. */
export const CommandBody = z.intersection(CommandFrame, CommandRequest)
export type CommandBody = z.infer<typeof CommandBody>

export const Reply = z.object({
  /** Of the command. */
  id: Id,
  /** `progress` is followed by another; the others are the last word. */
  result: z.enum(['done', 'refused', 'expired', 'progress']),
  /** Why it was refused, or what came of it. */
  reason: z.string().max(200).optional(),
  /** Enrolment: what the person shall do now. */
  step: z.enum(['touch', 'lift', 'again']).optional(),
  touch: z.int().min(1).max(16).optional(),
  touches: z.int().min(1).max(16).optional(),
  /** Enrolment: the sensor's figure of likeness of the last touch. */
  quality: z.int().min(0).max(65_535).optional(),
  boot: BootId.optional(),
})
export type Reply = z.infer<typeof Reply>
