import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { findProgram, installCommand } from './system-packages.mjs'

it('finds a program in the path only when it can be executed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'siaga-path-'))
  const program = join(folder, 'siaga-test-program')
  writeFileSync(program, '#!/bin/sh\n', { mode: 0o644 })
  expect(findProgram('siaga-test-program', folder)).toBeUndefined()
  chmodSync(program, 0o755)
  expect(findProgram('siaga-test-program', `/nowhere:${folder}`)).toBe(program)
  rmSync(folder, { recursive: true })
})

it('prints a command that can be pasted', () => {
  expect(installCommand(['influxdb', 'socat'])).toBe('sudo apt-get install -y --no-install-recommends influxdb socat')
})
