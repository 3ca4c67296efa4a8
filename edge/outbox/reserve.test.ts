import { existsSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryDirectory } from '../../test/harness/temporary.ts'
import { openReserve, writeWithReserve } from './reserve.ts'

const SIZE_BYTES = 100_000

it('is put aside, given back once, and put aside again', () => {
  const path = join(temporaryDirectory(), 'reserve')
  const reserve = openReserve(path, SIZE_BYTES)
  expect(reserve.held).toBe(true)
  expect(statSync(path).size).toBe(SIZE_BYTES)
  expect(statSync(path).blocks * 512).toBeGreaterThanOrEqual(SIZE_BYTES) // no hole
  expect(reserve.release()).toBe(true)
  expect(existsSync(path)).toBe(false)
  expect(reserve.release()).toBe(false)
  expect(reserve.restore()).toBe(true)
  truncateSync(path, 10) // a crash while it was written
  expect(openReserve(path, SIZE_BYTES).held).toBe(true)
  expect(statSync(path).size).toBe(SIZE_BYTES)
})

it('is not put aside where it would fill the disk', () => {
  const path = join(temporaryDirectory(), 'reserve')
  expect(openReserve(path, 2 ** 50).held).toBe(false)
  expect(existsSync(path)).toBe(false)
})

it('lets a write that found the disk full try once more, and no other', () => {
  const full = Object.assign(new Error('database or disk is full'), { errcode: 13 })
  const writer = (...failures: (Error | undefined)[]) => {
    let tries = 0
    const write = () => {
      const failure = failures[tries++]
      if (failure) throw failure
      return tries
    }
    return write
  }
  expect(writeWithReserve(writer(full), () => true)).toBe(2)
  expect(() => writeWithReserve(writer(full), () => false)).toThrow(full)
  expect(() => writeWithReserve(writer(full, full), () => true)).toThrow(full)
  const locked = Object.assign(new Error('database is locked'), { errcode: 5 })
  expect(() => writeWithReserve(writer(locked), () => true)).toThrow(locked)
})
