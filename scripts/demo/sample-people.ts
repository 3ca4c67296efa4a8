/** The people of the demonstration: fictional, without names, as the door knows them. */

export const sampleDoor = { id: 'ruang-komando', name: 'Ruang Komando' } as const

export interface SampleFinger {
  readonly id: string
  readonly label: string
  /** What the door will do, in words for the page. */
  readonly expectation: string
  /** Opaque id of the person whose template the sensor holds. */
  readonly person?: string
  /** Where the template lies in the sensor. */
  readonly slot?: number
  /** True for a person on the access list. */
  readonly assigned: boolean
}

export const fingers: readonly SampleFinger[] = [
  { id: 'jari-1', label: 'ASN bertugas 1', expectation: 'pintu terbuka', person: 'asn-0001', slot: 1, assigned: true },
  { id: 'jari-2', label: 'ASN bertugas 2', expectation: 'pintu terbuka', person: 'asn-0002', slot: 2, assigned: true },
  { id: 'jari-3', label: 'ASN bertugas 3', expectation: 'pintu terbuka', person: 'asn-0003', slot: 3, assigned: true },
  {
    id: 'jari-4',
    label: 'ASN tidak bertugas',
    expectation: 'ditolak: tidak bertugas',
    person: 'asn-0004',
    slot: 4,
    assigned: false,
  },
  { id: 'jari-5', label: 'Jari tak dikenal', expectation: 'ditolak: tidak dikenal', assigned: false },
]

export const enrolledFingers = fingers.flatMap(({ id, person, slot }) =>
  person !== undefined && slot !== undefined ? [{ id, person, slot }] : [],
)
