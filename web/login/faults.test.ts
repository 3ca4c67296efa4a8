import { describe, expect, test } from 'vitest'
import { problemNames, problemType } from '../../broker/contract/problems.ts'
import { ApiError } from '../lib/api.ts'
import { wordingOf } from '../lib/problem-wording.ts'
import { codeFault, emailFault, newPasswordFault, recoveryFault } from './faults.ts'
import { readLink } from './one-time-link.ts'

describe('what was typed', () => {
  test('names what is missing or of another shape, and nothing when it is right', () => {
    expect(emailFault(' ')).not.toBe('')
    expect(emailFault('sari')).not.toBe('')
    expect(emailFault(' sari@kalbar.example ')).toBe('')
    expect(codeFault('12345')).not.toBe('')
    expect(codeFault('123 456')).toBe('')
    expect(recoveryFault('abc')).not.toBe('')
    expect(recoveryFault('7K3MX9-Q2ZR8D-4HNVB6-W5TJCE')).toBe('')
    expect(recoveryFault(' 7k3mx9 q2zr8d 4hnvb6 w5tjce')).toBe('')
    expect(newPasswordFault('sebelas...')).toContain('10')
    expect(newPasswordFault('kata sandi kuda biru')).toBe('')
    expect(newPasswordFault('password12345')).toContain('Mudah ditebak')
  })
})

describe('a one-time link', () => {
  test('is read from behind the #', () => {
    expect(readLink('#first=abc')).toEqual({ secret: 'abc', first: true })
    expect(readLink('#link=abc')).toEqual({ secret: 'abc', first: false })
    expect(readLink('')).toBeNull()
    expect(readLink('#content')).toBeNull()
    expect(readLink('#link=')).toBeNull()
  })
})

describe('words for a problem', () => {
  test.each(problemNames)('%s is said in Indonesian, with what to do next', (name) => {
    const [what, next] = wordingOf(new ApiError('English title', 'English detail', 409, { type: problemType(name) }))
    expect(what).not.toBe('English title')
    expect(next.length).toBeGreaterThan(10)
  })

  test('an unknown problem keeps the words of the server', () => {
    expect(wordingOf(new ApiError('Store away', 'try later', 503))).toEqual(['Store away', 'try later'])
  })
})
