import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openLogFile } from './log-file.ts'

it('keeps at most two files of the bound, the newest lines in the first', () => {
  const base = mkdtempSync(join(tmpdir(), 'siaga-log-'))
  const path = join(base, 'broker.log')
  const log = openLogFile(path, 10)
  for (const line of ['one.....\n', 'two.....\n', 'three...\n']) log.write(line)
  log.close()
  expect(readFileSync(path, 'utf8')).toBe('three...\n')
  expect(readFileSync(`${path}.1`, 'utf8')).toBe('two.....\n')
  rmSync(base, { recursive: true })
})
