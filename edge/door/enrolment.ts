/**
 * Enrols a person at this door's sensor: a free slot, the touches, and the mapping once the template is proven. The slot
 * is reserved on disk first, so that a template left by a crash is known for what it is.
 */
import type { AccessList } from '#contract/access-list.ts'
import type { Reply } from '#contract/command.ts'
import { type EnrolStep, enrol } from '../fingerprint/enrol.ts'
import type { RecordBody } from '../outbox/outbox.ts'
import type { Outcome, Progress } from './commands.ts'
import type { DoorStore } from './door-store.ts'
import type { Slots } from './slots.ts'
import { RESERVED, type SensorAtHand, type Templates } from './templates.ts'
import { freeSlot } from './templates-plan.ts'

export interface EnrolmentOptions {
  readonly store: Pick<DoorStore, 'remember'>
  readonly slots: Slots
  readonly access: { current(): Pick<AccessList, 'people'> | undefined }
  readonly templates: Pick<Templates, 'trusted'>
  /** Puts a record on disk; false when it is not. */
  readonly record: (body: RecordBody) => boolean
  readonly nowMs: () => number
}

export interface Enrolment {
  /** One at a time. @throws SensorError when the sensor is lost; the slot stays reserved until the sensor was looked at again */
  run(at: EnrolmentSensor, who: Enrollee, attempt: Attempt): Promise<Outcome>
}

interface EnrolmentSensor extends SensorAtHand {
  readonly systemId: number
}

interface Attempt {
  readonly progress: Progress
  /** Cancels it. */
  readonly signal: AbortSignal
}

interface Enrollee {
  readonly person: string
  readonly finger: string
  readonly duress: boolean
}

/** Two hands, and one finger to spare for duress. */
const FINGERS_PER_PERSON_MAX = 11

export function createEnrolment(options: EnrolmentOptions): Enrolment {
  const { store, slots, templates, record, nowMs } = options

  const take = async (at: EnrolmentSensor, who: Enrollee, { progress, signal }: Attempt): Promise<Outcome> => {
    const index = await at.sensor.readIndex(at.capacity)
    const slot = freeSlot(at.capacity, index, slots.all())
    if (slot === undefined) return refused('library-full')
    store.remember(RESERVED, slot)
    for await (const step of enrol({ ...at, slot, signal, nowMs })) {
      if (step.step === 'done') return keep(slot, who, step.quality)
      if (step.step === 'failed') return abandon(who, step)
      progress(replyOf(step))
    }
    return refused('failed')
  }
  const keep = (slot: number, { person, finger, duress }: Enrollee, quality: number): Outcome => {
    slots.assign({ slot, person, finger, duress })
    store.remember(RESERVED, null)
    record({ kind: 'enrolled', person, quality })
    return { result: 'done', quality }
  }
  const abandon = ({ person }: Enrollee, { reason, clean }: Extract<EnrolStep, { step: 'failed' }>): Outcome => {
    if (clean) store.remember(RESERVED, null)
    record({ kind: 'enrol.failed', person, reason })
    return refused(reason)
  }
  const mayEnrol = ({ person, finger }: Enrollee): string | undefined => {
    if (!templates.trusted()) return 'sensor-swapped'
    // Who is not on the list would be deleted again at once.
    if (!options.access.current()?.people.some((entry) => entry.person === person)) return 'not-assigned'
    const own = slots.all().filter((owner) => owner.person === person)
    if (own.some((owner) => owner.finger === finger)) return 'finger-enrolled'
    return own.length >= FINGERS_PER_PERSON_MAX ? 'too-many-fingers' : undefined
  }

  return {
    async run(at, who, attempt) {
      const reason = mayEnrol(who)
      return reason === undefined ? take(at, who, attempt) : refused(reason)
    },
  }
}

function refused(reason: string): Outcome {
  return { result: 'refused', reason }
}

function replyOf(step: Exclude<EnrolStep, { step: 'done' | 'failed' }>): Pick<Reply, 'step' | 'touch' | 'touches'> {
  return { step: step.step, touch: step.touch, touches: step.touches }
}
