import { createHash } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { temporaryDirectory } from '../../test/harness/temporary.ts'
import { BreachedListAwayError, BreachedPasswords } from './breached-passwords.ts'

const hashOf = (password: string) => createHash('sha1').update(password).digest('hex').toUpperCase()

function listOf(passwords: readonly string[], lineEnd: string, closed: boolean): BreachedPasswords {
  const path = join(temporaryDirectory(), 'list.txt')
  const lines = passwords.map((one, index) => `${hashOf(one)}:${10 ** (index % 8)}`).sort()
  writeFileSync(path, lines.join(lineEnd) + (closed ? lineEnd : ''))
  return new BreachedPasswords(path)
}

it('finds each password of the list and no other, whatever the length of the list and the end of its lines', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 2, maxLength: 40 }),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      async (passwords, lineEnd, closed) => {
        const [other = '', ...listed] = passwords
        const list = listOf([...listed, ...(listed.length < 2 ? [`${other} too`] : [])], lineEnd, closed)
        for (const one of listed) expect(await list.has(one)).toBe(true)
        expect(await list.has(other)).toBe(false)
      },
    ),
    { numRuns: 60 },
  )
})

it('refuses a file that is no such list, and one that is not there', () => {
  const path = join(temporaryDirectory(), 'words.txt')
  writeFileSync(path, 'password\n123456\n')
  expect(() => new BreachedPasswords(path)).toThrow('at 0 % of it is no line of the list')
  writeFileSync(path, '')
  expect(() => new BreachedPasswords(path)).toThrow('at 0 % of it is no line of the list')
  expect(() => new BreachedPasswords(`${path}.gone`)).toThrow('cannot read')
})

it('refuses a list in which every search would fail: in lower case, or ordered otherwise, from the second line on', () => {
  const path = join(temporaryDirectory(), 'list.txt')
  const lines = Array.from({ length: 50 }, (_, index) => `${hashOf(`${index}`)}:1`).sort()
  const [first = '', ...rest] = lines
  for (const wrong of [rest.map((line) => line.toLowerCase()), rest.toReversed(), rest.map(() => 'password')]) {
    writeFileSync(path, [first, ...wrong].join('\n'))
    expect(() => new BreachedPasswords(path)).toThrow('% of it is no line of the list')
  }
  writeFileSync(path, lines.join('\n'))
  expect(new BreachedPasswords(path)).toBeDefined()
})

it('finds a password whose letters are typed in parts, as it finds it typed whole', async () => {
  const list = listOf(['kafé di tepi sungai', 'other'], '\n', true)
  expect(await list.has('kafe\u0301 di tepi sungai')).toBe(true)
})

it('says that it is gone, rather than that a password is not in it', async () => {
  const path = join(temporaryDirectory(), 'list.txt')
  writeFileSync(path, `${hashOf('one')}:1\n`)
  const list = new BreachedPasswords(path)
  rmSync(path)
  await expect(list.has('two')).rejects.toThrow(BreachedListAwayError)
})
