import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSimulatedGpio } from './simulated.ts'

describe('simulated GPIO', () => {
  let directory = ''
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'siaga-gpio-'))
  })
  afterAll(() => rmSync(directory, { recursive: true }))

  it('reports each change of an input once', async () => {
    const gpio = await openSimulatedGpio()
    const edges: unknown[] = []
    const stop = gpio.onEdge((edge) => edges.push(edge))
    gpio.drive('contact', 1)
    gpio.drive('contact', 1)
    gpio.drive('exit', 1)
    stop()
    gpio.drive('contact', 0)
    expect(edges).toEqual([
      { line: 'contact', level: 1 },
      { line: 'exit', level: 1 },
    ])
    expect(gpio.read('contact')).toBe(0)
  })

  it('is driven from outside over its socket', async () => {
    const path = join(directory, 'lines.sock')
    const gpio = await openSimulatedGpio(path)
    const bench = createConnection(path)
    const said = createInterface({ input: bench })[Symbol.asyncIterator]()
    const next = async () => JSON.parse((await said.next()).value ?? '')
    expect(await next()).toEqual({ line: 'strike', level: 0 })
    expect(await next()).toEqual({ line: 'sensorPower', level: 1 })
    expect(await next()).toEqual({ line: 'buzzer', level: 0 })
    gpio.setStrike(1)
    gpio.write('buzzer', 1)
    gpio.write('buzzer', 1)
    expect(await next()).toEqual({ line: 'strike', level: 1 })
    expect(await next()).toEqual({ line: 'buzzer', level: 1 })
    const edge = new Promise((resolve) => gpio.onEdge(resolve))
    bench.write('{"line":"cont')
    bench.write('act","level":1}\n')
    expect(await edge).toEqual({ line: 'contact', level: 1 })
    bench.write('{"line":"strike","level":1}\nnonsense\n')
    expect(await next()).toHaveProperty('error')
    expect(await next()).toHaveProperty('error')
    bench.write('x'.repeat(300))
    await once(bench, 'close')
    await gpio.close()
    await expect(once(createConnection(path), 'connect')).rejects.toThrow('ENOENT')
  })
})
