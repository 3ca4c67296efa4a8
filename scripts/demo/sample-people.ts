/** The people of the demonstration: fictional, without names, as the doors know them. */

export interface SampleFinger {
  readonly id: string
  readonly label: string
  /** Opaque id of the person whose finger it is. */
  readonly person?: string
  /** Where the template lies in each sensor at first; absent for somebody who is not enrolled yet. */
  readonly slot?: number
}

export const fingers: readonly SampleFinger[] = [
  { id: 'jari-1', label: 'ASN bertugas 1', person: 'asn-0001', slot: 1 },
  { id: 'jari-2', label: 'ASN bertugas 2', person: 'asn-0002', slot: 2 },
  { id: 'jari-3', label: 'ASN bertugas 3', person: 'asn-0003', slot: 3 },
  { id: 'jari-4', label: 'ASN tugas mendatang', person: 'asn-0004', slot: 4 },
  { id: 'jari-6', label: 'ASN baru', person: 'asn-0006' },
  { id: 'jari-5', label: 'Jari tak dikenal' },
]

interface Assignment {
  readonly person: string
  /** Epoch ms. */
  readonly fromMs: number
}

export interface SampleDoor {
  readonly id: string
  readonly name: string
  /** Who is on its list. A moment that moved would make a new list at each start, so these are fixed. */
  readonly assigned: readonly Assignment[]
}

const NOW_MS = 0
/** So late that it has not come in any demonstration. */
const LATER_MS = Date.UTC(2099, 0, 1)

/** The door of the room with the wall comes first. */
export const sampleDoors: readonly SampleDoor[] = [
  { id: 'ruang-komando', name: 'Ruang Komando', assigned: assigned('asn-0001', 'asn-0002', 'asn-0003', 'asn-0006') },
  { id: 'ruang-rapat', name: 'Ruang Rapat', assigned: assigned('asn-0001', 'asn-0002', 'asn-0003') },
  { id: 'ruang-server', name: 'Ruang Server', assigned: assigned('asn-0001') },
]

function isAssigned(door: SampleDoor, person: string): boolean {
  return door.assigned.some((assignment) => assignment.person === person)
}

function assigned(...people: string[]): Assignment[] {
  return [...people.map((person) => ({ person, fromMs: NOW_MS })), { person: 'asn-0004', fromMs: LATER_MS }]
}

/** Whose template is in which slot of a door's sensor at first: of those on its list. */
export function enrolledAt(door: SampleDoor): { id: string; person: string; slot: number }[] {
  return fingers.flatMap(({ id, person, slot }) =>
    person !== undefined && slot !== undefined && isAssigned(door, person) ? [{ id, person, slot }] : [],
  )
}

/** What a door does with a finger, in words for the page. */
export function expectationOf(finger: SampleFinger, door: SampleDoor): string {
  const assignment = door.assigned.find(({ person }) => person === finger.person)
  if (finger.person === undefined) return 'ditolak: tidak dikenal'
  // Whoever is not on the list has no template on that sensor either.
  if (!assignment) return 'ditolak: tidak ditugaskan di sini'
  if (finger.slot === undefined) return 'ditolak sampai didaftarkan di sensor ini'
  return assignment.fromMs === NOW_MS ? 'pintu terbuka' : 'ditolak: penugasan belum berlaku'
}
