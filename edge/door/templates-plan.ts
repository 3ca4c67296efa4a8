/** What must become of the templates on the sensor, from its index, the mapping and the access list. Pure. */
import type { SlotOwner } from './slots.ts'

export interface TemplateFacts {
  /** Slots that hold a template, as the sensor's index says. */
  readonly index: ReadonlySet<number>
  /** Whose template is in which slot, as this door remembers. */
  readonly owners: readonly SlotOwner[]
  /** People on the access list; undefined when none was ever received, and then nobody is deleted. */
  readonly listed: ReadonlySet<string> | undefined
  /** Slot of an enrolment that did not end: its template is nobody's, and no stranger's either. */
  readonly reserved: number | undefined
}

export interface TemplatePlan {
  /** Templates of persons who are not on the list: to be deleted. */
  readonly leaving: readonly SlotOwner[]
  /** Remembered, but not on the sensor: the mapping must go, or whoever is stored there next would pass for its owner. */
  readonly missing: readonly SlotOwner[]
  /** Slots with a template that nobody owns. */
  readonly strangers: readonly number[]
  /** A template that an interrupted enrolment left behind. */
  readonly leftover: number | undefined
}

export function planTemplates({ index, owners, listed, reserved }: TemplateFacts): TemplatePlan {
  const owned = new Set(owners.map(({ slot }) => slot))
  const present = owners.filter(({ slot }) => index.has(slot))
  return {
    leaving: listed ? present.filter(({ person }) => !listed.has(person)) : [],
    missing: owners.filter(({ slot }) => !index.has(slot)),
    strangers: [...index]
      .filter((slot) => !owned.has(slot) && slot !== reserved)
      .toSorted((left, right) => left - right),
    leftover: reserved !== undefined && index.has(reserved) && !owned.has(reserved) ? reserved : undefined,
  }
}

/** The lowest slot that is neither used nor remembered; undefined when the library is full. */
export function freeSlot(
  capacity: number,
  index: ReadonlySet<number>,
  owners: readonly SlotOwner[],
): number | undefined {
  const owned = new Set(owners.map(({ slot }) => slot))
  for (let slot = 0; slot < capacity; slot += 1) if (!index.has(slot) && !owned.has(slot)) return slot
  return undefined
}
