/**
 * A door agent without its door, to be killed at any moment: appends numbered grants to the real outbox and tells them
 * with the real sender and uplink. Each `acknowledged` it hears is a JSON line on standard output.
 * Argument: its plan as JSON.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { channels } from '#contract/channels.ts'
import { decode, encode } from '#contract/codec.ts'
import { topicName } from '#contract/topics.ts'
import { readBootId, systemClock } from '#runtime/clock.ts'
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
})
export type OutboxAgentPlan = z.infer<typeof OutboxAgentPlan>

/** What it says of each acknowledgement. */
export const Heard = z.object({ acknowledged: z.int(), journal: z.string().nullable(), last: z.int() })

const RECORDS_AT_ONCE = 5

async function runAgent(plan: OutboxAgentPlan): Promise<void> {
  const { door, url, username, password } = plan
  const boot = readBootId()
  const log = createLog('outbox-agent', 'warn')
  const outbox = openOutbox({ path: plan.path, boot, clock: systemClock, clockState: () => 'synced' })
  const sender = createSender({
    outbox,
    log,
    maxBytes: channels.doorEvents.maxBytes,
    publish: (payload) => uplink.publish({ topic: topicName('doorEvents', { door }), payload }),
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
    for (let turn = 0; turn < RECORDS_AT_ONCE && outbox.lastSeq < plan.records; turn += 1) {
      outbox.append({ kind: 'granted', person: 'p-1', score: 100, decisionMs: 1 })
    }
    sender.wake()
    await delay(plan.everyMs)
  }
}

function say(heard: z.infer<typeof Heard>): void {
  process.stdout.write(`${JSON.stringify(heard)}\n`)
}

if (process.argv[1] === import.meta.filename) {
  await runAgent(OutboxAgentPlan.parse(JSON.parse(process.argv[2] ?? '')))
}
