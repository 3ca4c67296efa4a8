import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { z } from 'zod'
import { silentLog } from '#runtime/log.ts'
import { sensorBench, settled } from '../../test/harness/sensor.ts'
import { instructions } from '../fingerprint/datasheet.ts'
import type { SimulatorOptions } from '../fingerprint/simulator.ts'
import type { RecordBody } from '../outbox/outbox.ts'
import type { Progress } from './commands.ts'
import { openDoorStore } from './door-store.ts'
import { createEnrolment } from './enrolment.ts'
import { createSlots } from './slots.ts'
import { createTemplates } from './templates.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const siti = { person: 'siti', finger: 'kanan-telunjuk', duress: false }

function bench(options: SimulatorOptions = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'siaga-templates-'))
  const store = openDoorStore(join(directory, 'door.db'))
  onTestFinished(() => {
    store.close()
    rmSync(directory, { recursive: true })
  })
  const slots = createSlots(store)
  const records: RecordBody[] = []
  const alarms = new Set<string>()
  let listed: string[] | undefined
  const access = {
    current: () => listed && { people: listed.map((person) => ({ person, from: 0, until: null, roles: [] })) },
  }
  const record = (body: RecordBody) => records.push(body) > 0
  const templates = createTemplates({
    ...{ store, slots, access, record, log: silentLog },
    alarm: (alarm, standing) => void (standing ? alarms.add(alarm) : alarms.delete(alarm)),
  })
  const enrolment = createEnrolment({ store, slots, access, templates, record, nowMs: () => Date.now() })
  const attempt = (
    at: Parameters<typeof enrolment.run>[0],
    progress: Progress = () => {},
    { signal } = new AbortController(),
  ) => enrolment.run(at, siti, { progress, signal })
  const plug = (more: SimulatorOptions = options) => {
    const { sensor, simulator } = sensorBench(more)
    return { sensor, simulator, at: { sensor, capacity: more.capacity ?? 200, systemId: 0 } }
  }
  const list = (...people: string[]) => {
    listed = people
  }
  return { slots, records, alarms, templates, attempt, plug, list, store }
}

const library = [
  [1, 'finger-siti'],
  [2, 'finger-budi'],
] as const

describe('templates', () => {
  it('go with the person, and the mapping only once the index proves it', async () => {
    const { slots, records, templates, plug, list } = bench({ library })
    slots.assign({ slot: 1, person: 'siti', finger: 'kanan' })
    slots.assign({ slot: 2, person: 'budi', finger: 'kanan' })
    const { at, simulator } = plug()
    expect(await settled(templates.inspect(at))).toBe(2)
    list('siti')
    expect(await settled(templates.inspect(at))).toBe(1)
    expect([...simulator.library.keys()]).toEqual([1])
    expect(records).toEqual([{ kind: 'template.deleted', person: 'budi' }])
    expect(slots.all()).toMatchObject([{ slot: 1, person: 'siti' }])
  })

  it('keeps the mapping of what cannot be deleted yet', async () => {
    const { slots, records, templates, plug, list } = bench({ library, unsupported: ['deleteTemplates'] })
    slots.assign({ slot: 1, person: 'siti', finger: 'kanan' })
    slots.assign({ slot: 2, person: 'budi', finger: 'kanan' })
    list('siti')
    await settled(templates.inspect(plug().at))
    expect(slots.all()).toHaveLength(2)
    expect(records).toEqual([])
  })

  it('forgets a mapping whose template is gone, or whoever comes into that slot would pass for its owner', async () => {
    const { slots, records, templates, plug } = bench()
    slots.assign({ slot: 5, person: 'siti', finger: 'kanan' })
    await settled(templates.inspect(plug().at))
    expect(slots.all()).toEqual([])
    expect(records).toEqual([{ kind: 'template.missing', person: 'siti' }])
  })

  it('raises the alarm for a template that nobody enrolled here, until it is removed', async () => {
    const { slots, alarms, templates, plug } = bench({ library })
    slots.assign({ slot: 1, person: 'siti', finger: 'kanan' })
    const { at, simulator } = plug()
    await settled(templates.inspect(at))
    expect([...alarms]).toEqual(['stranger-template'])
    expect(await settled(templates.remove(at, undefined))).toBe(true)
    expect([...alarms]).toEqual([])
    expect([...simulator.library.keys()]).toEqual([1])
  })

  it('trusts no sensor before it was looked at, and none that was swapped, until people pair it', async () => {
    const { slots, alarms, templates, plug } = bench({ library: [[1, 'finger-siti']] })
    slots.assign({ slot: 1, person: 'siti', finger: 'kanan' })
    expect(templates.trusted()).toBe(false)
    const first = plug()
    await settled(templates.inspect(first.at))
    expect(templates.trusted()).toBe(true)
    const foreign = plug({ library: [[1, 'finger-of-a-burglar']] })
    await settled(templates.inspect(foreign.at))
    expect(templates.trusted()).toBe(false)
    expect([...alarms]).toEqual(['sensor-swapped'])
    expect(foreign.simulator.received).not.toContain(instructions.deleteTemplates)
    expect(await settled(templates.adopt(foreign.at))).toBe(true)
    expect(templates.trusted()).toBe(true)
    expect([...alarms]).toEqual([])
    expect(slots.all()).toEqual([])
    expect(foreign.simulator.library.size).toBe(0)
  })

  it('takes a module without a notepad for a swapped one where ours had a secret', async () => {
    const { slots, alarms, templates, plug } = bench()
    slots.assign({ slot: 1, person: 'siti', finger: 'kanan' })
    const ours = { library: [[1, 'finger-siti']] } as const
    await settled(templates.inspect(plug(ours).at))
    const mute = { library: [[1, 'finger-of-a-burglar']], unsupported: ['readNotepad'] } as const
    const foreign = plug(mute)
    await settled(templates.inspect(foreign.at))
    expect(templates.trusted()).toBe(false)
    expect([...alarms]).toEqual(['sensor-swapped'])
    // People may choose such a module all the same; then it is ours, and stays so.
    expect(await settled(templates.adopt(foreign.at))).toBe(true)
    await settled(templates.inspect(foreign.at))
    expect(templates.trusted()).toBe(true)
    expect(alarms.size).toBe(0)
  })

  it('knows its sensor again after a power cut', async () => {
    const { templates, plug, alarms } = bench()
    const { at, simulator } = plug()
    await settled(templates.inspect(at))
    simulator.dipPower()
    await settled(templates.inspect(at))
    expect(templates.trusted()).toBe(true)
    expect(alarms.size).toBe(0)
  })
})

describe('enrolment', () => {
  const lay = (simulator: ReturnType<ReturnType<typeof bench>['plug']>['simulator']) => (step: { step?: unknown }) => {
    if (step.step === 'touch') setTimeout(() => simulator.press('finger-siti'), 200)
    else simulator.lift()
  }

  it('maps the person to the lowest free slot once the template is proven', async () => {
    const { slots, records, templates, attempt, plug, list } = bench({ library: [[0, 'finger-budi']] })
    slots.assign({ slot: 0, person: 'budi', finger: 'kanan' })
    list('siti', 'budi')
    const { at, simulator } = plug()
    await settled(templates.inspect(at))
    const steps: unknown[] = []
    const person = lay(simulator)
    const outcome = await settled(
      attempt(at, (step) => {
        steps.push(step)
        person(step)
      }),
    )
    expect(outcome).toEqual({ result: 'done', quality: 161 })
    expect(steps).toHaveLength(10)
    expect(slots.ownerOf(1)).toMatchObject({ person: 'siti', finger: 'kanan-telunjuk' })
    expect(records).toEqual([{ kind: 'enrolled', person: 'siti', quality: 161 }])
    expect(await settled(attempt(at))).toEqual({ result: 'refused', reason: 'finger-enrolled' })
  })

  it('is for people on the list, at a sensor that is ours', async () => {
    const { templates, attempt, plug, list } = bench()
    const { at } = plug()
    expect(await settled(attempt(at))).toMatchObject({ reason: 'sensor-swapped' })
    await settled(templates.inspect(at))
    list('budi')
    expect(await settled(attempt(at))).toMatchObject({ reason: 'not-assigned' })
  })

  it('can be cancelled, and leaves nothing behind', async () => {
    const { templates, attempt, plug, list, slots } = bench()
    const { at, simulator } = plug()
    list('siti')
    await settled(templates.inspect(at))
    const cancelling = new AbortController()
    const running = attempt(at, () => cancelling.abort(), cancelling)
    expect(await settled(running)).toEqual({ result: 'refused', reason: 'cancelled' })
    expect(slots.all()).toEqual([])
    expect(simulator.library.size).toBe(0)
  })

  it('takes away what a crash between Store and the mapping left, without calling it a stranger', async () => {
    const { templates, plug, alarms, store, list } = bench()
    const { at, simulator } = plug()
    list('siti')
    store.remember('enrolment.slot', 0)
    simulator.library.set(0, 'finger-siti')
    await settled(templates.inspect(at))
    expect(simulator.library.size).toBe(0)
    expect(alarms.size).toBe(0)
    // Once: what comes into that slot later is a stranger's, and evidence.
    simulator.library.set(0, 'finger-of-a-burglar')
    await settled(templates.inspect(at))
    expect([...alarms]).toEqual(['stranger-template'])
    expect(simulator.library.size).toBe(1)
  })

  it('forgets the slot of one that was cut off before Store', async () => {
    const { templates, plug, store } = bench()
    store.remember('enrolment.slot', 0)
    await settled(templates.inspect(plug().at))
    expect(store.remembered('enrolment.slot', z.int().nullable())).toBeNull()
  })
})
