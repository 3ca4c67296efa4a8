import { closeSync, openSync, writeSync } from 'node:fs'
import { expect, it, onTestFinished } from 'vitest'
import { ioctl, makeRaw, openPtyMaster, waitReadable } from './libc.ts'

/** <asm-generic/ioctls.h>; struct winsize is four 16-bit numbers. */
const TIOCGWINSZ = 0x5413
const TIOCSWINSZ = 0x5414

function openTerminal() {
  const master = openPtyMaster()
  const slave = openSync(master.path, 'r+')
  makeRaw(slave)
  onTestFinished(() => {
    closeSync(slave)
    closeSync(master.fd)
  })
  return { master: master.fd, slave }
}

it('an ioctl gives the kernel bytes and brings its answer back', () => {
  const { master, slave } = openTerminal()
  ioctl(master, TIOCSWINSZ, Uint8Array.of(24, 0, 80, 0, 1, 2, 3, 4))
  const answer = new Uint8Array(8)
  ioctl(slave, TIOCGWINSZ, answer)
  expect([...answer]).toEqual([24, 0, 80, 0, 1, 2, 3, 4])
})

it('a refused ioctl names the kernel’s reason', () => {
  const { master } = openTerminal()
  expect(() => ioctl(master, 0x8044_b401, new Uint8Array(68))).toThrow('ioctl 0x8044b401 failed with ENOTTY')
})

it('waits for something to read, and no longer than told', async () => {
  const { master, slave } = openTerminal()
  expect(await waitReadable(slave, 1)).toBe(false)
  const waiting = waitReadable(slave, 10_000)
  writeSync(master, 'x')
  expect(await waiting).toBe(true)
})
