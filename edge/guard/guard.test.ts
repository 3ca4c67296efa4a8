import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Level } from '../gpio/port.ts'
import { runGuard } from './guard.ts'
import { AGENT_SILENCE_MAX_MS } from './guard-machine.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function bench({ isFireTold = false } = {}) {
  const [input, output] = [new PassThrough(), new PassThrough()]
  const wire: { strike: Level; fire: Level } = { strike: 1, fire: 0 }
  const said: string[] = []
  output.setEncoding('utf8').on('data', (text: string) => said.push(...text.trimEnd().split('\n')))
  const startMs = Date.now()
  const ended = runGuard({
    lines: {
      setStrike: (level) => {
        wire.strike = level
      },
      readFire: () => wire.fire,
    },
    input,
    output,
    monoMs: () => Date.now() - startMs,
    isFireTold,
  })
  /** Streams tell in ticks of their own, which fake timers leave alone. */
  const say = async (text: string) => {
    input.write(text)
    await vi.advanceTimersByTimeAsync(0)
  }
  const pulse = (ms: number, askedAtMs = Date.now() - startMs) => say(`pulse ${ms} ${askedAtMs}\n`)
  /** The agent lives on meanwhile. */
  const live = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 100) {
      await say('beat 1\n')
      await vi.advanceTimersByTimeAsync(100)
    }
  }
  return { input, wire, said, ended, say, pulse, live }
}

describe('strike guard process', () => {
  it('locks what an earlier one left driven, and says that it is there', async () => {
    const { wire, said, say } = bench()
    await say('')
    expect(wire.strike).toBe(0)
    expect(said).toEqual(['ready'])
  })

  it('ends each pulse itself', async () => {
    const { wire, said, live, pulse } = bench()
    await pulse(1000)
    expect(wire.strike).toBe(1)
    await live(900)
    expect(wire.strike).toBe(1)
    await live(200)
    expect(wire.strike).toBe(0)
    expect(said.filter((line) => line.startsWith('strike'))).toEqual(['strike 1 pulse', 'strike 0 idle'])
  })

  it('obeys an agent whose decision took long, and says so when a request came too late', async () => {
    const { wire, said, pulse } = bench()
    await vi.advanceTimersByTimeAsync(2_000)
    await pulse(5_000)
    expect(wire.strike).toBe(1)
    await vi.advanceTimersByTimeAsync(6_000)
    await pulse(5_000, 7_000)
    expect(wire.strike).toBe(0)
    expect(said.at(-1)).toBe('strike 0 late')
  })

  it('locks when the agent falls silent', async () => {
    const { wire, said, pulse } = bench()
    await pulse(10000)
    await vi.advanceTimersByTimeAsync(AGENT_SILENCE_MAX_MS - 1)
    expect(wire.strike).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(wire.strike).toBe(0)
    expect(said.at(-1)).toBe('strike 0 agent-silent')
  })

  it('locks and ends when the agent is gone', async () => {
    const { wire, input, ended, pulse } = bench()
    await pulse(10000)
    input.end()
    await ended
    expect(wire.strike).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('moves nothing for words that make no sense, and takes endless ones for the agent’s end', async () => {
    const { wire, ended, say, pulse } = bench({ isFireTold: false })
    await say('pulse\npulse 5000\npulse -1 0\npulse 1e9 0\npulse 99999999999 0\nopen\nfire 1\n\n')
    expect(wire.strike).toBe(0)
    await pulse(5000)
    expect(wire.strike).toBe(1)
    await say('x'.repeat(1_001))
    await ended
    expect(wire.strike).toBe(0)
  })

  it('releases in a fire for as long as it lasts, also when the agent is gone', async () => {
    const { wire, said, input, ended, say, live } = bench()
    wire.fire = 1
    await live(100)
    expect(wire.strike).toBe(0)
    await live(100)
    expect(wire.strike).toBe(1)
    expect(said.filter((line) => !line.startsWith('beat'))).toEqual(['ready', 'strike 1 fire', 'fire 1'])
    await say('lock\n')
    input.end()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(wire.strike).toBe(1)
    wire.fire = 0
    await vi.advanceTimersByTimeAsync(200)
    await ended
    expect(wire.strike).toBe(0)
  })

  it('tells the first settled level whatever it is: an earlier guard may have told another', async () => {
    const { said, live } = bench()
    await live(300)
    expect(said.filter((line) => line.startsWith('fire'))).toEqual(['fire 0'])
  })

  it('leaves a bounce of the fire line out', async () => {
    const { wire, live } = bench()
    wire.fire = 1
    await live(100)
    wire.fire = 0
    await live(300)
    expect(wire.strike).toBe(0)
  })

  it('takes a simulated fire from the agent, and its end with the agent', async () => {
    const { wire, input, ended, say } = bench({ isFireTold: true })
    await say('fire 1\n')
    expect(wire.strike).toBe(1)
    input.end()
    await ended
    expect(wire.strike).toBe(0)
  })
})
