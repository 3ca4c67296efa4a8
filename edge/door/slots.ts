/** Which template slot of the sensor belongs to whom. Slots are meaningless outside this sensor and never leave the edge. */
import { z } from 'zod'
import { PersonId } from '#contract/door.ts'
import type { DoorStore } from './door-store.ts'

export interface SlotOwner {
  readonly slot: number
  readonly person: string
  /** Which finger, in the person's own words, for example `kanan-telunjuk`. */
  readonly finger: string
  /** The finger that opens as any other and raises a silent alarm. */
  readonly duress?: boolean
}

export interface Slots {
  ownerOf(slot: number): SlotOwner | undefined
  /** @throws ZodError for a person that is no id or a slot that no sensor has; Error of SQLite, as `release`. */
  assign(owner: SlotOwner): void
  release(slot: number): void
  all(): SlotOwner[]
}

const Owner = z.object({
  slot: z.int().min(0).max(65_535),
  person: PersonId,
  finger: z.string().min(1).max(64),
  duress: z.coerce.boolean().default(false),
})

export function createSlots({ db, write }: DoorStore): Slots {
  const one = db.prepare('SELECT slot, person, finger, duress FROM slots WHERE slot = ?')
  const every = db.prepare('SELECT slot, person, finger, duress FROM slots ORDER BY slot')
  const insert = db.prepare('INSERT OR REPLACE INTO slots (slot, person, finger, duress) VALUES (?, ?, ?, ?)')
  const remove = db.prepare('DELETE FROM slots WHERE slot = ?')
  return {
    ownerOf: (slot) => Owner.optional().parse(one.get(slot)),
    assign: (owner) => {
      const { slot, person, finger, duress } = Owner.parse(owner)
      write(insert, slot, person, finger, Number(duress))
    },
    release: (slot) => write(remove, slot),
    all: () => z.array(Owner).parse(every.all()),
  }
}
