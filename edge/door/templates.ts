/**
 * Keeps the templates on the sensor what the access list asks for (design §6): who is absent from it loses the
 * template, proven by the index, and only then the mapping. Notices templates that nobody enrolled here, and a sensor
 * that is not the one this door was paired with; from such a sensor no match counts.
 */
import { z } from 'zod'
import type { AccessList } from '#contract/access-list.ts'
import type { Log } from '#runtime/log.ts'
import { deleteTemplate, emptyLibrary } from '../fingerprint/library.ts'
import type { Sensor } from '../fingerprint/sensor.ts'
import type { RecordBody } from '../outbox/outbox.ts'
import type { DoorStore } from './door-store.ts'
import type { Slots } from './slots.ts'
import { createPairing } from './templates-pairing.ts'
import { planTemplates } from './templates-plan.ts'

type TemplateAlarm = 'stranger-template' | 'sensor-swapped'

export interface TemplateOptions {
  readonly store: Pick<DoorStore, 'remembered' | 'remember'>
  readonly slots: Slots
  readonly access: { current(): Pick<AccessList, 'people'> | undefined }
  /** Puts a record on disk; false when it is not. */
  readonly record: (body: RecordBody) => boolean
  readonly alarm: (alarm: TemplateAlarm, standing: boolean) => void
  readonly log: Log
}

/** The sensor of the moment, with what it said of itself. */
export interface SensorAtHand {
  readonly sensor: Sensor
  readonly capacity: number
}

export interface Templates {
  /**
   * Compares sensor, mapping and list, and deletes what must go. Call it for each new session of the sensor, for each
   * new list, and now and then: a template may be put in behind our back. @returns templates on the sensor
   * @throws SensorError when the sensor is lost
   */
  inspect(at: SensorAtHand): Promise<number>
  /** Deletes the templates of one person, or of nobody. @returns whether the index proves it */
  remove(at: SensorAtHand, person: string | undefined): Promise<boolean>
  /** Takes the sensor for our own: empties it, forgets all mappings, and leaves a new secret. @returns whether proven */
  adopt(at: SensorAtHand): Promise<boolean>
  /** False until the sensor was found to be ours: then no match says anything. */
  trusted(): boolean
}

/** Slot of the enrolment under way. */
export const RESERVED = 'enrolment.slot'
const Reserved = z.int().nullable()

export function createTemplates(options: TemplateOptions): Templates {
  const { store, slots, access, record, alarm, log } = options
  const pairing = createPairing({ store, alarm })

  const reservedSlot = () => store.remembered(RESERVED, Reserved) ?? undefined
  /** Proven gone, so the mapping may go. */
  const forget = (slot: number, person: string, kind: 'template.deleted' | 'template.missing') => {
    slots.release(slot)
    record({ kind, person })
  }
  const look = async ({ sensor, capacity }: SensorAtHand) => {
    const index = await sensor.readIndex(capacity)
    const listed = access.current()?.people.map(({ person }) => person)
    const reserved = reservedSlot()
    const owners = slots.all()
    return { index, plan: planTemplates({ index, owners, listed: listed && new Set(listed), reserved }) }
  }
  const erase = async ({ sensor, capacity }: SensorAtHand, owned: readonly { slot: number; person: string }[]) => {
    let all = true
    for (const { slot, person } of owned) {
      const gone = await deleteTemplate(sensor, slot, capacity)
      if (gone) forget(slot, person, 'template.deleted')
      else log.error({ person }, 'template not deleted: the index still has it; tried again later')
      all &&= gone
    }
    return all
  }

  return {
    async inspect(at) {
      await pairing.check(at.sensor)
      // What a foreign sensor holds says nothing of our people, and deleting there would destroy evidence.
      if (pairing.state() === 'swapped') return (await at.sensor.readIndex(at.capacity)).size
      const { plan } = await look(at)
      for (const { slot, person } of plan.missing) forget(slot, person, 'template.missing')
      if (plan.leftover !== undefined) await deleteTemplate(at.sensor, plan.leftover, at.capacity)
      await erase(at, plan.leaving)
      const { index, plan: after } = await look(at)
      if (after.leftover === undefined && reservedSlot() !== undefined) store.remember(RESERVED, null)
      alarm('stranger-template', after.strangers.length > 0)
      return index.size
    },
    async remove(at, person) {
      if (pairing.state() !== 'ours') return false
      if (person !== undefined)
        return erase(
          at,
          slots.all().filter((owner) => owner.person === person),
        )
      let all = true
      for (const slot of (await look(at)).plan.strangers) {
        all = (await deleteTemplate(at.sensor, slot, at.capacity)) && all
      }
      alarm('stranger-template', !all)
      return all
    },
    async adopt(at) {
      if (!(await emptyLibrary(at.sensor, at.capacity))) return false
      for (const { slot, person } of slots.all()) forget(slot, person, 'template.deleted')
      alarm('stranger-template', false)
      return pairing.renew(at.sensor)
    },
    trusted: () => pairing.state() === 'ours',
  }
}
