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
    expect(emailFault('sári@kalbar.example')).toContain('á')
    expect(emailFault('sari..@kalbar.example')).not.toBe('')
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
    const words = wordingOf(new ApiError('English title', 'English detail', 409, { type: problemType(name) }))
    expect(words.what).not.toBe('English title')
    expect(words.next.length).toBeGreaterThan(10)
    expect(words.server).toBe('')
  })

  test.each([400, 404, 409, 418, 429, 500, 503])(
    'status %i without a name is said in Indonesian, the words of the server behind it',
    (status) => {
      const { what, next, server } = wordingOf(new ApiError('Store away', 'try later', status))
      expect(`${what} ${next}`).not.toMatch(/Store|later/)
      expect(next.length).toBeGreaterThan(10)
      expect(server).toBe('Store away: try later')
    },
  )

  test('what the page says itself stays as it is', () => {
    const words = { what: 'Server tidak menjawab', next: 'Periksa sambungan.', server: '' }
    expect(wordingOf(new ApiError(words.what, words.next, 0))).toEqual(words)
  })

  test('the value it is about, and the seconds to wait, are in it', () => {
    const taken = { type: problemType('identity-exists'), value: 'app:simrs' }
    expect(wordingOf(new ApiError('Not done', '', 409, taken)).what).toContain('app:simrs')
    const slowed = { type: problemType('too-many-tries'), retryAfterS: 7 }
    expect(wordingOf(new ApiError('Too many tries', '', 429, slowed)).next).toContain('7 detik')
    expect(wordingOf(new ApiError('Too Many Requests', '', 429, { retryAfterS: 8 })).next).toContain('8 detik')
  })
})
