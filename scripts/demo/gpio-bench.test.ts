import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { openSimulatedGpio } from '../../edge/gpio/simulated.ts'
import { gpioSocketPath, openGpioBench } from './gpio-bench.ts'

let base = ''
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'siaga-gpio-'))
})
afterEach(() => rmSync(base, { recursive: true }))

it('sees the strike, drives contact and touch line, and says them again to an agent that restarted', async () => {
  const path = gpioSocketPath(base, 'pintu')
  const bench = openGpioBench(path)
  const agent = await openSimulatedGpio(path)
  bench.setOpen(true)
  bench.setTouched(true)
  await vi.waitFor(() => expect([agent.read('contact'), agent.read('touch')]).toEqual([1, 1]))
  agent.setStrike(1)
  await vi.waitFor(() => expect(bench.strike).toBe(true))
  await agent.close()
  await vi.waitFor(() => expect(bench.strike).toBe(false))

  const restarted = await openSimulatedGpio(path)
  await vi.waitFor(() => expect([restarted.read('contact'), restarted.read('touch')]).toEqual([1, 1]), 3_000)
  bench.close()
  await restarted.close()
})

it('keeps the socket path short enough to bind, however deep the data lies', () => {
  const deep = join(base, 'x'.repeat(120))
  expect(Buffer.byteLength(gpioSocketPath(deep, 'pintu'))).toBeLessThan(108)
  expect(gpioSocketPath(deep, 'pintu')).not.toBe(gpioSocketPath(deep, 'lain'))
})
