import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { temporaryDirectory } from '../../test/harness/temporary.ts'
import { BreachedPasswords } from './breached-passwords.ts'

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
  expect(() => new BreachedPasswords(path)).toThrow('its first line is no SHA-1')
  expect(() => new BreachedPasswords(`${path}.gone`)).toThrow('cannot read')
})
