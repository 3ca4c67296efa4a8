/**
 * The server's own beat through broker, journal and tail. Its return proves the whole ingest path; its age is what
 * every screen is told as `ingest`, so a dead broker never looks like quiet.
 */
import { encode } from '#contract/codec.ts'
import type { IngestView } from '#contract/live.ts'
import type { Pulse } from '#contract/pulse.ts'
import { topicName } from '#contract/topics.ts'
import type { Clock } from '#runtime/clock.ts'

const PULSE_EVERY_MS = 1_000
const LATE_AFTER_MS = 2_000
/** With a screen's own second of waiting, everything grey within 5 s. */
const DOWN_AFTER_MS = 4_000
/** A deadline is proven by a pulse of its own; closer ones share it. */
const PROOF_SPACING_MS = 50

export interface PulseTrain {
  /** A pulse of this server came back through the journal. */
  returned(pulse: Pulse): void
  ingest(): IngestView
  /** Sends one more pulse at this CLOCK_MONOTONIC time, so that a deadline is judged at once and not at the next second. */
  proveAt(monoMs: number | undefined): void
  close(): void
}

export interface PulseOptions {
  readonly server: string
  readonly boot: string
  readonly clock: Clock
  /** Journal row that every consumer of this server has read. */
  readonly consumed: () => number
  /** May reject: a pulse that did not leave simply does not return. */
  readonly publish: (topic: string, payload: string) => Promise<void>
}

export function startPulse({ server, boot, clock, publish, consumed }: PulseOptions): PulseTrain {
  const topic = topicName('pulse', { server: server })
  const run = Math.floor(clock.wallMs())
  const startedMono = clock.monoMs()
  let seq = 0
  let newestReturnedMono: number | undefined
  let roundTripMs = 0
  let proof: NodeJS.Timeout | undefined
  let proofAtMono = Number.POSITIVE_INFINITY

  const send = () => {
    seq += 1
    const pulse = { boot, seq: run + seq, at: clock.wallMs(), monoMs: clock.monoMs(), consumed: consumed() }
    publish(topic, encode('pulse', pulse)).catch(() => {
      // Not durable: it will not return, and its absence is what ingest() reports.
    })
  }
  const timer = setInterval(send, PULSE_EVERY_MS)

  return {
    returned(pulse) {
      if (pulse.boot !== boot || pulse.seq <= run) return
      newestReturnedMono = Math.max(newestReturnedMono ?? 0, pulse.monoMs)
      roundTripMs = clock.monoMs() - pulse.monoMs
    },
    ingest: () => judgeIngest({ startedMono, newestReturnedMono, roundTripMs, nowMono: clock.monoMs() }),
    proveAt(monoMs) {
      if (monoMs === undefined || monoMs >= proofAtMono) return
      clearTimeout(proof)
      proofAtMono = monoMs
      proof = setTimeout(
        () => {
          proofAtMono = Number.POSITIVE_INFINITY
          send()
        },
        Math.max(PROOF_SPACING_MS, monoMs - clock.monoMs() + 1),
      )
    },
    close() {
      clearInterval(timer)
      clearTimeout(proof)
    },
  }
}

export interface PulseFacts {
  readonly startedMono: number
  /** When the newest returned pulse was sent; undefined before the first. */
  readonly newestReturnedMono: number | undefined
  readonly roundTripMs: number
  readonly nowMono: number
}

/** What screens are told. Before the first return nothing is proven: down since the start. Pure. */
export function judgeIngest({ startedMono, newestReturnedMono, roundTripMs, nowMono }: PulseFacts): IngestView {
  const ageMs = nowMono - (newestReturnedMono ?? startedMono)
  if (newestReturnedMono === undefined || ageMs > DOWN_AFTER_MS) return { state: 'down', lagMs: Math.round(ageMs) }
  if (ageMs > LATE_AFTER_MS) return { state: 'late', lagMs: Math.round(ageMs) }
  return { state: 'ok', lagMs: Math.round(roundTripMs * 10) / 10 }
}
