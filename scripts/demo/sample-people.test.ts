import { expect, it } from 'vitest'
import { expectationOf, fingers, sampleDoors } from './sample-people.ts'

it('says of each finger what each door will do', () => {
  const said = Object.fromEntries(
    sampleDoors.map((door) => [door.id, fingers.map((finger) => expectationOf(finger, door).split(':')[0])]),
  )
  const [opens, refuses] = ['pintu terbuka', 'ditolak']
  expect(said).toEqual({
    'ruang-komando': [opens, opens, opens, refuses, 'ditolak sampai didaftarkan di sensor ini', refuses],
    'ruang-rapat': [opens, opens, opens, refuses, refuses, refuses],
    'ruang-server': [opens, refuses, refuses, refuses, refuses, refuses],
  })
})
