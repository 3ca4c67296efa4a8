import { expect, test } from 'vitest'
import { aboutText, actorName } from './audit.ts'

const names = new Map([['a1', 'Sari Lestari']])

test('an actor is called by name, by kind, or by what there is', () => {
  expect(actorName('a1', names)).toBe('Sari Lestari')
  expect(actorName('shell', names)).toBe('Konsol server')
  expect(actorName('a2', names)).toBe('a2')
})

test('what it was about is said with the name of the account', () => {
  expect(aboutText({ account: 'a1', role: 'leader' }, names)).toBe('Sari Lestari · role: leader')
  expect(aboutText({ account: 'gone' }, names)).toBe('gone')
  expect(aboutText({}, names)).toBe('')
})
