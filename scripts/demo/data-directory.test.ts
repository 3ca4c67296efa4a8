import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { DataDirectoryError, prepareDataDirectory } from './data-directory.ts'

let base = ''
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'siaga-demo-'))
})
afterEach(() => rmSync(base, { recursive: true }))

it('makes and marks a new directory, and finds it again', () => {
  const path = join(base, 'a', 'demo')
  expect(prepareDataDirectory(path)).toMatchObject({ path, isNew: true })
  expect(existsSync(join(path, 'demo'))).toBe(true)
  expect(prepareDataDirectory(path).isNew).toBe(false)
})

it('refuses a directory that holds real data', () => {
  writeFileSync(join(base, 'journal.db'), '')
  expect(() => prepareDataDirectory(base)).toThrow(DataDirectoryError)
  expect(existsSync(join(base, 'demo'))).toBe(false)
})
