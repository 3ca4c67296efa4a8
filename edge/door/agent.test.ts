import { describe, expect, it } from 'vitest'
import { AccessList } from '#contract/access-list.ts'
import { silentLog } from '#runtime/log.ts'
import { createListeners } from '../gpio/listeners.ts'
import { openSimulatedGpio } from '../gpio/simulated.ts'
import type { Strike, StrikeChange } from '../gpio/strike.ts'
import { createStrike } from '../guard/bounded-strike.ts'
import type { RecordBody } from '../outbox/outbox.ts'
import { createDoorAgent } from './agent.ts'

const person = (id: string) => ({ person: id, from: 0, until: null })
const listWith = (rules: object = {}) =>
  AccessList.parse({ door: 'komando', version: 1, issuedAt: 0, people: [person('p-1'), person('p-2')], rules })
const match = { slot: 5, score: 120 }

async function bench(rules: object = {}) {
  const list = listWith(rules)
  const gpio = await openSimulatedGpio()
  const records: (RecordBody & { strike: number })[] = []
  const memory = new Map<string, unknown>()
  const broken = { disk: false, memory: false }
  const now = { ms: 1_000, boot: 'boot-1' }
  const owners = [{ person: 'p-1' }, { person: 'p-1', duress: true }, { person: 'p-2' }] // in slots 5, 6 and 7
  const guard = { ready: true, onReady: createListeners<boolean>(), onStrike: createListeners<StrikeChange>() }
  const loseGuard = (lost: boolean) => {
    guard.ready = !lost
    if (lost) gpio.setStrike(0)
    guard.onReady.tell(!lost)
  }
  const guarded = (strike: Strike): Strike => ({
    ...strike,
    get ready() {
      return guard.ready
    },
    onReady: guard.onReady.add,
    onStrike: guard.onStrike.add,
  })
  const open = () =>
    createDoorAgent({
      version: '1.2.3',
      gpio,
      outputs: gpio,
      strike: guarded(createStrike(gpio)),
      times: { pulseMs: 5_000, heldOpenMs: 30_000, heldSoonMs: 20_000, settleMs: 0 },
      boot: now.boot,
      outbox: {
        append: (body) => {
          if (broken.disk) throw new Error('database or disk is full')
          records.push({ ...body, strike: gpio.strike })
          return records.length
        },
      },
      store: {
        remembered: (name, schema) => schema.safeParse(memory.get(name)).data,
        remember: (name, value) => {
          if (broken.memory) throw new Error('database or disk is full')
          memory.set(name, JSON.parse(JSON.stringify(value)))
        },
      },
      slots: { ownerOf: (slot) => owners[slot - 5] },
      access: { current: () => list },
      clock: { wallMs: () => now.ms, monoMs: () => now.ms },
      clockState: () => 'synced',
      log: silentLog,
      onChange: () => {},
    })
  const agent = open()
  const kinds = () => records.map(({ kind }) => kind)
  const wait = (ms: number) => {
    now.ms += ms
  }
  return { gpio, agent, records, kinds, broken, wait, open, now, memory, guard, loseGuard }
}

describe('door agent', () => {
  it('records a grant before the strike moves', async () => {
    const { agent, gpio, records } = await bench()
    const strikes: number[] = []
    gpio.onOutput(({ line, level }) => line === 'strike' && strikes.push(level))
    expect(agent.touched(match, 400)).toBe('granted')
    expect(records[1]).toEqual({ kind: 'granted', person: 'p-1', score: 120, decisionMs: 600, strike: 0 })
    expect(strikes).toEqual([1])
    expect(agent.status()).toMatchObject({ lock: 'unlocked', contact: 'closed' })
    agent.close()
    expect(gpio.strike).toBe(0)
  })

  it('grants nothing without a strike guard, with an alarm, and goes on when it is back', async () => {
    const { agent, gpio, records, kinds, loseGuard } = await bench()
    agent.touched(match, 1_000)
    loseGuard(true)
    expect(gpio.strike).toBe(0)
    expect(kinds().slice(2)).toEqual(['unopened', 'locked', 'alarm.raised'])
    expect(agent.status()).toMatchObject({ lock: 'locked', alarms: ['guard-lost'] })
    expect(agent.touched(match, 1_000)).toBe('denied')
    expect(records.at(-1)).toMatchObject({ kind: 'denied', reason: 'guard-lost', person: 'p-1' })
    expect(agent.touched('not-found', 1_000)).toBe('denied')
    expect(records.at(-1)).toMatchObject({ kind: 'denied', reason: 'not-found' })
    expect(agent.unlock()).toBe(false)
    loseGuard(false)
    expect(records.at(-1)).toMatchObject({ kind: 'alarm.cleared', alarm: 'guard-lost' })
    expect(agent.touched(match, 1_000)).toBe('granted')
    agent.close()
  })

  it('ends the alarm of a lost guard that an earlier run had raised', async () => {
    const { agent, open, records, loseGuard, guard } = await bench()
    loseGuard(true)
    agent.close()
    guard.ready = true
    open().close()
    expect(records.filter(({ alarm }) => alarm === 'guard-lost').map(({ kind }) => kind)).toEqual([
      ...['alarm.raised', 'alarm.cleared'],
    ])
  })

  it('counts a release as over when the guard ended it because the agent had stood still', async () => {
    const { agent, kinds, guard, gpio } = await bench()
    agent.touched(match, 1_000)
    guard.onStrike.tell({ level: 0, reason: 'idle' })
    expect(agent.status().lock).toBe('unlocked') // the leaf waits a moment longer for the contact
    guard.onStrike.tell({ level: 0, reason: 'agent-silent' })
    expect(agent.status().lock).toBe('locked')
    gpio.drive('contact', 1)
    expect(kinds().slice(2)).toEqual(['unopened', 'locked', 'opened', 'forced'])
    agent.touched(match, 1_000)
    guard.onStrike.tell({ level: 0, reason: 'late' }) // nor does one begin that came too late
    expect(kinds().slice(6)).toEqual(['granted', 'unreleased', 'locked'])
    agent.close()
  })

  it('denies when the grant cannot be recorded', async () => {
    const { agent, gpio, broken } = await bench()
    const strikes: number[] = []
    gpio.onOutput(({ line, level }) => line === 'strike' && strikes.push(level))
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

  it('denies a grant that cannot be remembered', async () => {
    const { agent, gpio, kinds, broken } = await bench({ antiPassback: 'timed' })
    broken.memory = true
    expect(agent.touched(match, 1_000)).toBe('denied')
    expect(gpio.strike).toBe(0)
    expect(kinds()).toEqual(['started'])
    broken.memory = false
    expect(agent.touched(match, 1_000)).toBe('granted')
    agent.close()
  })

  it('shows a duress finger as any other, and raises the alarm in silence', async () => {
    const { agent, gpio, records, wait, now } = await bench()
    expect(agent.touched({ slot: 6, score: 120 }, 1_000)).toBe('granted')
    expect(gpio.strike).toBe(1)
    expect(records.slice(1)).toMatchObject([
      { kind: 'granted', person: 'p-1', duress: true },
      { kind: 'alarm.raised', alarm: 'duress', strike: 1 },
    ])
    expect(agent.status().alarms).toEqual(['duress'])
    wait(1_800_000)
    agent.touched(match, now.ms)
    expect(records.at(-1)).toMatchObject({ kind: 'alarm.cleared', alarm: 'duress' })
    agent.close()
  })

  it('pauses after wrong attempts, over a restart and a reboot too, and never the way out', async () => {
    const { agent, gpio, kinds, open, wait, now } = await bench()
    for (let count = 0; count < 5; count += 1) agent.touched('not-found', now.ms)
    expect(kinds()).toEqual(['started', ...denials(3), 'alarm.raised', ...denials(2)])
    expect(agent.touched(match, now.ms)).toBe('denied')
    gpio.drive('exit', 1)
    expect(gpio.strike).toBe(1)
    agent.close()
    wait(29_999)
    const again = open()
    expect(again.status().alarms).toEqual(['attempts'])
    expect(again.touched(match, now.ms)).toBe('denied')
    again.close()
    now.ms = 5
    now.boot = 'boot-2'
    const rebooted = open()
    wait(29_999)
    expect(rebooted.touched(match, now.ms)).toBe('denied')
    wait(1)
    expect(rebooted.touched(match, now.ms)).toBe('granted')
    expect(kinds().filter((kind) => kind === 'alarm.raised')).toHaveLength(1)
    expect(kinds().at(-1)).toBe('alarm.cleared')
    rebooted.close()
  })

  it('keeps a lockdown over a restart, and lets nobody in who is not marked', async () => {
    const { agent, open, kinds, broken } = await bench()
    broken.memory = true
    expect(agent.setLockdown(true)).toBe(false)
    expect(agent.touched(match, 1_000)).toBe('granted')
    broken.memory = false
    expect(agent.setLockdown(true)).toBe(true)
    agent.close()
    const again = open()
    expect(again.status().lockdown).toBe(true)
    expect(again.touched(match, 1_000)).toBe('denied')
    expect(again.setLockdown(false)).toBe(true)
    expect(again.touched(match, 1_000)).toBe('granted')
    expect(kinds().filter((kind) => kind === 'lockdown')).toHaveLength(2)
    again.close()
  })

  it('asks for the second of two people, and records both', async () => {
    const { agent, gpio, records, wait, now } = await bench({ twoPerson: true })
    expect(agent.touched(match, now.ms)).toBe('again')
    wait(14_000)
    expect(gpio.strike).toBe(0)
    expect(agent.touched({ slot: 7, score: 99 }, now.ms)).toBe('granted')
    expect(records.slice(1)).toMatchObject([
      { kind: 'awaiting', reason: 'second-person', person: 'p-1' },
      { kind: 'granted', person: 'p-2', second: 'p-1' },
    ])
    agent.close()
  })

  it('remembers an entry before the strike moves, and forgets it when the door was not opened', async () => {
    const { agent, gpio, wait, now, memory, kinds } = await bench({ antiPassback: 'timed' })
    const entries = () => JSON.stringify(memory.get('policy'))
    gpio.onOutput(
      ({ line, level }) => line === 'strike' && level === 1 && expect(entries()).toContain('"entriesMs":{"p-1"'),
    )
    expect(agent.touched(match, now.ms)).toBe('granted')
    expect(agent.touched(match, now.ms)).toBe('denied')
    wait(5_000)
    gpio.drive('tamper', 1)
    expect(kinds()).toEqual(['started', 'granted', 'denied', 'unopened', 'locked', 'alarm.raised'])
    expect(agent.touched(match, now.ms)).toBe('granted')
    gpio.drive('contact', 1)
    gpio.drive('contact', 0)
    wait(60_000)
    expect(agent.touched(match, now.ms)).toBe('denied')
    agent.close()
  })

  it('denies while the other door of the lock stands open', async () => {
    const { agent, gpio, records } = await bench({ interlock: true })
    gpio.drive('interlock', 1)
    expect(agent.touched(match, 1_000)).toBe('denied')
    expect(records.at(-1)).toMatchObject({ reason: 'interlock' })
    gpio.drive('interlock', 0)
    expect(agent.touched(match, 1_000)).toBe('granted')
    agent.close()
  })
})

const denials = (count: number) => Array.from({ length: count }, () => 'denied')
