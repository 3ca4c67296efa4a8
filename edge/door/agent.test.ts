import { describe, expect, it } from 'vitest'
import { silentLog } from '#runtime/log.ts'
import { openSimulatedGpio } from '../gpio/simulated.ts'
import { createStrike } from '../gpio/strike.ts'
import type { RecordBody } from '../outbox/outbox.ts'
import { createDoorAgent } from './agent.ts'

const list = { door: 'komando', version: 1, issuedAt: 0, people: [{ person: 'p-1', from: 0, until: null }] }
const match = { slot: 5, score: 120 }

async function bench() {
  const gpio = await openSimulatedGpio()
  const records: (RecordBody & { strike: number })[] = []
  const memory = new Map<string, unknown>()
  const broken = { disk: false }
  let nowMs = 1_000
  const open = () =>
    createDoorAgent({
      version: '1.2.3',
      gpio,
      strike: createStrike(gpio),
      times: { pulseMs: 5_000, heldOpenMs: 30_000 },
      outbox: {
        append: (body) => {
          if (broken.disk) throw new Error('database or disk is full')
          records.push({ ...body, strike: gpio.strike })
          return records.length
        },
      },
      store: {
        remembered: (name, schema) => schema.safeParse(memory.get(name)).data,
        remember: (name, value) => void memory.set(name, value),
      },
      slots: { ownerOf: (slot) => (slot === 5 ? { slot, person: 'p-1', finger: 'f' } : undefined) },
      access: { current: () => list },
      clock: { wallMs: () => nowMs, monoMs: () => nowMs },
      clockState: () => 'synced',
      log: silentLog,
      onChange: () => {},
    })
  const agent = open()
  const kinds = () => records.map(({ kind }) => kind)
  const wait = (ms: number) => {
    nowMs += ms
  }
  return { gpio, agent, records, kinds, broken, wait, open }
}

describe('door agent', () => {
  it('records a grant before the strike moves', async () => {
    const { agent, gpio, records } = await bench()
    const strikes: number[] = []
    gpio.onStrike((level) => strikes.push(level))
    expect(agent.touched(match, 400)).toBe('granted')
    expect(records[1]).toEqual({ kind: 'granted', person: 'p-1', score: 120, decisionMs: 600, strike: 0 })
    expect(strikes).toEqual([1])
    expect(agent.status()).toMatchObject({ lock: 'unlocked', contact: 'closed' })
    agent.close()
    expect(gpio.strike).toBe(0)
  })

  it('denies when the grant cannot be recorded', async () => {
    const { agent, gpio, broken } = await bench()
    const strikes: number[] = []
    gpio.onStrike((level) => strikes.push(level))
    broken.disk = true
    expect(agent.touched(match, 1_000)).toBe('denied')
    expect(strikes).toEqual([])
    broken.disk = false
    expect(agent.touched(match, 1_000)).toBe('granted')
    agent.close()
  })

  it('records who was denied and why, and nothing of slots', async () => {
    const { agent, records } = await bench()
    expect(agent.touched('not-found', 1_000)).toBe('denied')
    expect(agent.touched({ slot: 9, score: 120 }, 1_000)).toBe('denied')
    expect(records.slice(1)).toEqual([
      { kind: 'denied', reason: 'not-found', strike: 0 },
      { kind: 'denied', reason: 'not-assigned', strike: 0 },
    ])
    agent.close()
  })

  it('opens for the exit button, even when that cannot be recorded', async () => {
    const { agent, gpio, kinds, broken } = await bench()
    gpio.drive('exit', 1)
    expect(gpio.strike).toBe(1)
    gpio.drive('contact', 1)
    gpio.drive('contact', 0)
    expect(gpio.strike).toBe(0)
    expect(kinds()).toEqual(['started', 'exit', 'opened', 'closed', 'locked'])
    gpio.drive('exit', 0)
    broken.disk = true
    gpio.drive('exit', 1)
    expect(gpio.strike).toBe(1)
    agent.close()
  })

  it('tells the end of an alarm that began before a restart', async () => {
    const { agent, gpio, kinds, open } = await bench()
    agent.sensorLost()
    agent.sensorLost()
    gpio.drive('contact', 1)
    expect(agent.status().alarms).toEqual(['forced', 'sensor-lost'])
    agent.close()
    gpio.drive('contact', 0)
    const again = open()
    expect(again.status()).toMatchObject({ alarms: ['sensor-lost'], sensor: 'lost' })
    again.sensorReady({ capacity: 200, templates: 3 })
    expect(again.status()).toMatchObject({ alarms: [], sensor: 'ready' })
    expect(kinds()).toEqual([
      ...['started', 'sensor.lost', 'opened', 'forced'],
      ...['started', 'alarm.cleared', 'sensor.ready', 'alarm.cleared'],
    ])
    again.close()
  })
})
