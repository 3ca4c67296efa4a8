import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { openDoorStore } from './door-store.ts'
import { createSlots } from './slots.ts'

it('remembers whose finger is in which slot, and small values, over a restart', () => {
  const directory = mkdtempSync(join(tmpdir(), 'siaga-slots-'))
  const path = join(directory, 'door.db')
  const first = openDoorStore(path)
  createSlots(first).assign({ slot: 5, person: 'p-1', finger: 'kanan-telunjuk' })
  createSlots(first).assign({ slot: 6, person: 'p-1', finger: 'kiri-telunjuk', duress: true })
  expect(() => createSlots(first).assign({ slot: 7, person: 'Not An Id', finger: 'x' })).toThrow(z.ZodError)
  first.remember('alarms', ['forced'])
  first.remember('broken', ['forced'])
  first.db.exec(`UPDATE memory SET value = '[' WHERE name = 'broken'`)
  first.close()

  const second = openDoorStore(path)
  const slots = createSlots(second)
  expect(slots.ownerOf(5)).toEqual({ slot: 5, person: 'p-1', finger: 'kanan-telunjuk', duress: false })
  expect(slots.ownerOf(6)).toMatchObject({ duress: true })
  slots.release(5)
  expect(slots.ownerOf(5)).toBeUndefined()
  expect(slots.all()).toHaveLength(1)
  expect(second.remembered('alarms', z.array(z.string()))).toEqual(['forced'])
  expect(second.remembered('alarms', z.string())).toBeUndefined()
  expect(second.remembered('broken', z.array(z.string()))).toBeUndefined()
  expect(second.remembered('absent', z.string())).toBeUndefined()
  second.close()
  rmSync(directory, { recursive: true })
})
