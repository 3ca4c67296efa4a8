/** docs/asvs.md has every row of its chapters, names only files there are, and counts itself truly. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const text = readFileSync(join(root, 'docs/asvs.md'), 'utf8')
const rows = [...text.matchAll(/^\| ([\d.]+) \| ([^|]+) \| (.+) \|$/gm)].map(([, id = '', , shown = '']) => {
  const files = [...shown.matchAll(/`((?:broker|edge|server|web|test|scripts)\/[^`]+)`/g)].map(([, file = '']) => file)
  return { id, shown, tests: files.filter((file) => file.endsWith('.test.ts')), files }
})

/** Rows of levels 1 and 2 in ASVS 5.0.0, by section; of 10.3, 10.4, 10.6 and 10.7 the section alone. */
const sections: Readonly<Record<string, readonly number[]>> = {
  '2.1': [1, 2, 3],
  '2.2': [1, 2, 3],
  '2.3': [1, 2, 3, 4],
  '2.4': [1],
  '3.2': [1, 2],
  '3.3': [1, 2, 3, 4],
  '3.4': [1, 2, 3, 4, 5, 6],
  '3.5': [1, 2, 3, 4, 5],
  '3.7': [1, 2],
  '4.1': [1, 2, 3],
  '4.2': [1],
  '4.3': [1, 2],
  '4.4': [1, 2, 3, 4],
  '6.1': [1, 2, 3],
  '6.2': [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
  '6.3': [1, 2, 3, 4],
  '6.4': [1, 2, 3, 4],
  '6.5': [1, 2, 3, 4, 5],
  '6.6': [1, 2, 3],
  '6.8': [1, 2, 3, 4],
  '7.1': [1, 2, 3],
  '7.2': [1, 2, 3, 4],
  '7.3': [1, 2],
  '7.4': [1, 2, 3, 4, 5],
  '7.5': [1, 2],
  '7.6': [1, 2],
  '8.1': [1, 2],
  '8.2': [1, 2, 3],
  '8.3': [1],
  '8.4': [1],
  '9.1': [1, 2, 3],
  '9.2': [1, 2, 3, 4],
  '10.1': [1, 2],
  '10.2': [1, 2],
  '10.3': [],
  '10.4': [],
  '10.5': [1, 2, 3, 4, 5],
  '10.6': [],
  '10.7': [],
  '11.1': [1, 2],
  '11.2': [1, 2, 3],
  '11.3': [1, 2, 3],
  '11.4': [1, 2, 3, 4],
  '11.5': [1],
  '11.6': [1],
  '12.1': [1, 2, 3],
  '12.2': [1, 2],
  '12.3': [1, 2, 3, 4],
  '13.1': [1],
  '13.2': [1, 2, 3, 4, 5],
  '13.3': [1, 2],
  '13.4': [1, 2, 3, 4, 5],
  '14.1': [1, 2],
  '14.2': [1, 2, 3, 4],
  '14.3': [1, 2, 3],
  '16.1': [1],
  '16.2': [1, 2, 3, 4, 5],
  '16.3': [1, 2, 3, 4],
  '16.4': [1, 2, 3],
  '16.5': [1, 2, 3],
}

it('has each row of its chapters once, in order', () => {
  const expected = Object.entries(sections).flatMap(([section, numbers]) =>
    numbers.length === 0 ? [section] : numbers.map((number) => `${section}.${number}`),
  )
  expect(rows.map(({ id }) => id).sort(byNumbers)).toEqual(expected.sort(byNumbers))
  expect(rows.map(({ id }) => id)).toEqual(expected)
})

it('names only files that are there', () => {
  const named = rows.flatMap(({ files }) => files)
  expect(named.length).toBeGreaterThan(100)
  expect(named.filter((file) => !existsSync(join(root, file)))).toEqual([])
})

it('shows each row by a test, or says why, or says that it is open, and counts them', () => {
  const open = rows.filter(({ shown }) => shown.includes('**Open**'))
  const reasoned = rows.filter(({ shown }) => shown.startsWith('Reason: '))
  const tested = rows.filter((row) => row.tests.length > 0 && !open.includes(row) && !reasoned.includes(row))
  expect(rows.filter((row) => ![...open, ...reasoned, ...tested].includes(row))).toEqual([])
  expect(/^\d+ rows: .*$/m.exec(text)?.[0]).toBe(
    `${rows.length} rows: ${tested.length} shown by a test, ${reasoned.length} by a reason, ${open.length} open.`,
  )
})

function byNumbers(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}
