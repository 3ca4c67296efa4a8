import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { builtId, contentHash } from './build-web.mjs'

let base = ''
const write = (file: string, content: string) => writeFileSync(join(base, file), content)

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'siaga-build-'))
  mkdirSync(join(base, 'web/wall'), { recursive: true })
  write('lock', '{}')
  write('web/main.ts', 'one')
  write('web/wall/page.ts', 'two')
})
afterEach(() => rmSync(base, { recursive: true }))

const hash = () => contentHash(base, ['web', 'lock'])

it('gives the same build id for the same sources', () => {
  expect(hash()).toBe(hash())
  expect(hash()).toMatch(/^[0-9a-f]{12}$/)
})

it.each([
  ['a file changes', () => write('web/wall/page.ts', 'three')],
  ['a file is added', () => write('web/wall/tile.ts', '')],
  ['a file is renamed', () => renameSync(join(base, 'web/main.ts'), join(base, 'web/start.ts'))],
  ['the lock changes', () => write('lock', '{ }')],
])('gives another build id when %s', (_, change) => {
  const before = hash()
  change()
  expect(hash()).not.toBe(before)
})

it('does not rebuild for a test', () => {
  const before = hash()
  write('web/wall/page.test.ts', 'test')
  expect(hash()).toBe(before)
})

it('takes a folder without a readable build.json as not built', () => {
  expect(builtId(base)).toBeUndefined()
  write('build.json', '{"build":')
  expect(builtId(base)).toBeUndefined()
  write('build.json', '{"build":"abc"}')
  expect(builtId(base)).toBe('abc')
})
