import { expect, test } from 'vitest'
import { findApp } from './find-app.ts'

const apps = [
  { id: 'sipd', name: 'SIPD', opd: 'BPKAD' },
  { id: 'simrs', name: 'SIMRS Soedarso', opd: 'RSUD' },
  { id: 'simrs-2', name: 'SIMRS Soedarso Dua', opd: 'RSUD' },
]

test('the exact name wins over longer ones, in any case', () =>
  expect(findApp(apps, 'simrs soedarso')?.id).toBe('simrs'))
test('an id is as good as a name', () => expect(findApp(apps, 'simrs-2')?.id).toBe('simrs-2'))
test('a part is enough when it fits only one', () => expect(findApp(apps, 'bpk')?.id).toBe('sipd'))
test('a part of several is none', () => expect(findApp(apps, 'rsud')).toBeNull())
test('nothing typed is none', () => expect(findApp(apps, '  ')).toBeNull())
