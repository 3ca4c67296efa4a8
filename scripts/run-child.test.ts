import { expect, it, vi } from 'vitest'
import { captureChild, runChild } from './run-child.mjs'

// Each test starts a real process; a busy machine takes its time.
vi.setConfig({ testTimeout: 30_000 })

const node = (code: string): [string, string[]] => [process.execPath, ['-e', code]]

it('keeps the exit code', async () => {
  await expect(runChild(...node('process.exit(7)'))).resolves.toBe(7)
})

it('reports the signal that ended a program as a shell does', async () => {
  await expect(runChild(...node('process.kill(process.pid, "SIGTERM")'))).resolves.toBe(143)
})

it('passes signals on and stops listening for them afterwards', async () => {
  const before = process.listenerCount('SIGHUP')
  const ended = runChild(...node('setInterval(() => {}, 1000)'))
  process.emit('SIGHUP', 'SIGHUP')
  await expect(ended).resolves.toBe(129)
  expect(process.listenerCount('SIGHUP')).toBe(before)
})

it('rejects when there is no such program', async () => {
  await expect(runChild('/nowhere/program', [])).rejects.toThrow('ENOENT')
  await expect(captureChild('/nowhere/program', [])).resolves.toMatchObject({ code: 127 })
})

it('keeps what a program wrote', async () => {
  const result = await captureChild(...node('console.log("out"); console.error("err"); process.exitCode = 3'))
  expect(result.code).toBe(3)
  expect(result.output.split('\n').sort()).toEqual(['', 'err', 'out'])
})
