/** Who may enter a door, and when: desired state, signed, versioned (design §3.3). No names, no slots. */
import { z } from 'zod'
import { PersonId } from './door.ts'
import { EpochMs, Id, Sequence } from './identifiers.ts'

/** Body of `access`: who may enter, versioned, desired state. Times are epoch milliseconds; `until` is exclusive. */
export const AccessList = z.object({
  door: Id,
  version: Sequence.min(1),
  issuedAt: EpochMs,
  people: z.array(z.object({ person: PersonId, from: EpochMs, until: EpochMs.nullable() })).max(1000),
})
export type AccessList = z.infer<typeof AccessList>
