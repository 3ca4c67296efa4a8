/**
 * A door agent without its door, to be killed at any moment: appends the events of visits to the real outbox and tells
 * them with the real sender and uplink. Each `acknowledged` it hears is a JSON line on standard output, and so is what
 * it has on disk after each turn.
 * Argument: its plan as JSON.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { channels } from '#contract/channels.ts'
import { decode, encode } from '#contract/codec.ts'
import { topicName } from '#contract/topics.ts'
import { type Clock, readBootId, systemClock } from '#runtime/clock.ts'
import { createLog } from '#runtime/log.ts'
import { openOutbox } from '../../edge/outbox/outbox.ts'
import { createSender } from '../../edge/outbox/sender.ts'
import { createUplink } from '../../edge/outbox/uplink.ts'

export const OutboxAgentPlan = z.object({
  path: z.string(),
  door: z.string(),
  url: z.string(),
  username: z.string(),
  password: z.string(),
  /** It appends until its outbox has so many, a few at a time. */
  records: z.int(),
  everyMs: z.int(),
  recordsAtOnce: z.int().default(5),
  /** With it the agent's wall clock is a fast one: it moves by so much with each record, over restarts too. */
  msPerRecord: z.int().optional(),
})
export type OutboxAgentPlan = z.input<typeof OutboxAgentPlan>

/** What it says of each acknowledgement. */
export const Heard = z.object({ acknowledged: z.int(), journal: z.string().nullable(), last: z.int() })

/** What it says after each turn: everything up to this record is on disk. */
export const Appended = z.object({ appended: z.int() })

/** Where the fast clock begins: 2026-01-01 in WIB. */
const FAST_CLOCK_MS = Date.UTC(2025, 11, 31, 17)

/** One visit after another. */
const visit = [
  { kind: 'granted', person: 'p-1', score: 100, decisionMs: 1 },
  { kind: 'opened' },
  { kind: 'closed' },
  { kind: 'locked' },
  { kind: 'denied', reason: 'not-found' },
] as const

async function runAgent(plan: z.output<typeof OutboxAgentPlan>): Promise<void> {
  const { door, url, username, password } = plan
  const boot = readBootId()
  const log = createLog('outbox-agent', 'warn')
  const { msPerRecord } = plan
  const fastMs = (perRecordMs: number) => FAST_CLOCK_MS + outbox.lastSeq * perRecordMs
  const clock: Clock = msPerRecord === undefined ? systemClock : { ...systemClock, wallMs: () => fastMs(msPerRecord) }
  const outbox = openOutbox({ path: plan.path, boot, clock, clockState: () => 'synced' })
  const sender = createSender({
    outbox,
    log,
    maxBytes: channels.doorEvents.maxBytes,
    publish: (payload) => uplink.publish({ topic: topicName('doorEvents', { door }), payload }),
    onSetBack: () => {
      throw new Error('an outbox that nobody touched was taken for an old one')
    },
  })
  const uplink = createUplink({
    ...{ url, username, password, log, random: Math.random, nextConnection: outbox.nextConnection },
    subscriptions: {
      [topicName('doorAcknowledged', { door })]: (bytes) => {
        const word = decode('doorAcknowledged', bytes)
        if (!word.ok) throw new Error(word.reason)
        sender.acknowledged(word.value)
        say({ acknowledged: word.value.seq, journal: word.value.journal, last: outbox.lastSeq })
      },
    },
    status: (connection, online) => ({
      topic: topicName('doorStatus', { door }),
      payload: encode('doorStatus', { online, version: 'test', boot, connection }),
    }),
    onConnect: sender.start,
    onDisconnect: sender.stop,
  })
  process.stdout.write('outbox agent ready\n')
  while (outbox.lastSeq < plan.records) {
    for (let turn = 0; turn < plan.recordsAtOnce && outbox.lastSeq < plan.records; turn += 1) {
      outbox.append(visit[outbox.lastSeq % visit.length] ?? visit[0])
    }
    say({ appended: outbox.lastSeq })
    sender.wake()
    await delay(plan.everyMs)
  }
}

function say(word: z.infer<typeof Heard> | z.infer<typeof Appended>): void {
  process.stdout.write(`${JSON.stringify(word)}\n`)
}

if (process.argv[1] === import.meta.filename) {
  await runAgent(OutboxAgentPlan.parse(JSON.parse(process.argv[2] ?? '')))
}
