import { expect, it, onTestFinished } from 'vitest'
import { temporaryDirectory } from '../../test/harness/temporary.ts'
import { openAuthDb } from './auth-db.ts'
import { ProviderSubjects } from './provider-subjects.ts'

const sari = { issuer: 'https://login.example', subject: '1', name: 'Sari', email: 'sari@kalbar.example' }

function open(): ProviderSubjects {
  const db = openAuthDb(temporaryDirectory())
  onTestFinished(() => db.close())
  return new ProviderSubjects(db)
}

it('opens nothing until an administrator has said whose it is, and nothing when that is taken away', () => {
  const subjects = open()
  expect(subjects.came(sari, 1)).toBeNull()
  const [{ id } = { id: '' }] = subjects.list()
  subjects.link(id, 'p1')
  expect(subjects.came(sari, 2)).toBe('p1')
  expect(() => subjects.link(id, 'p2')).toThrow('already')
  subjects.remove(id)
  expect(subjects.came(sari, 3)).toBeNull()
})

it('goes by issuer and subject, never by the address of mail', () => {
  const subjects = open()
  subjects.came(sari, 1)
  subjects.link(subjects.list()[0]?.id ?? '', 'p1')
  expect(subjects.came({ ...sari, subject: '2' }, 2)).toBeNull()
  expect(subjects.came({ ...sari, issuer: 'https://other.example' }, 2)).toBeNull()
  expect(subjects.came({ ...sari, email: 'new@kalbar.example', name: 'S. Lestari' }, 3)).toBe('p1')
  expect(subjects.list()).toHaveLength(3)
  expect(() => subjects.link('unheard-of', 'p1')).toThrow('nobody known')
})

it('remembers five hundred who wait, and everybody who has an account', () => {
  const subjects = open()
  subjects.came(sari, 0)
  subjects.link(subjects.list()[0]?.id ?? '', 'p1')
  for (let nth = 0; nth < 510; nth += 1) subjects.came({ ...sari, subject: `s${nth}` }, nth + 1)
  expect(subjects.list().filter(({ person }) => person === null)).toHaveLength(500)
  expect(subjects.came(sari, 600)).toBe('p1')
})
