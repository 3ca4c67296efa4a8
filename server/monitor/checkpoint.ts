/** The monitor's memory as plain JSON, so that a restart goes on where it stopped instead of reading years of journal. */
import { z } from 'zod'
import { AppState, Cause } from '#contract/states.ts'
import type { Judgement } from './judgement.ts'
import { NEVER } from './types.ts'

const Ms = z.number()

const JudgementCheckpoint = z.object({
  id: z.string(),
  intervalMs: Ms,
  graceMs: Ms,
  state: AppState,
  sinceMs: Ms,
  cause: Cause,
  message: z.string(),
  reported: z.enum(['up', 'degraded', 'down']),
  words: z.string(),
  /** The version before did not know these three, and held no word back. */
  reportedMs: Ms.default(0),
  wordMinuteMonoMs: Ms.nullable().default(null),
  wordChanges: z.number().default(0),
  heardMs: Ms.nullable(),
  /** Null stands for "never on this reckoning", which JSON has no number for. */
  heardMonoMs: Ms.nullable(),
  armedMonoMs: Ms.nullable(),
  armedMs: Ms,
  latencyMs: Ms.nullable(),
  seq: Ms.nullable(),
  at: Ms.nullable(),
  counted: z.array(z.object({ boot: z.string(), seq: z.number() })),
  missing: z.number(),
  repeated: z.number(),
  maintenance: z.object({ untilMs: Ms, reason: z.string() }).nullable(),
})
type JudgementCheckpoint = z.infer<typeof JudgementCheckpoint>

/** @throws ZodError when the text was not written by this version: delete the checkpoint, the journal holds all. */
export const MonitorCheckpoint = z.object({
  version: z.literal(1),
  /** The newest row taken in; null before the first. */
  last: z.object({ boot: z.string(), rowId: z.number(), monoMs: Ms, wallMs: Ms }).nullable(),
  apps: z.array(JudgementCheckpoint),
})
export type MonitorCheckpoint = z.infer<typeof MonitorCheckpoint>

export function freeze(judgement: Judgement): JudgementCheckpoint {
  const { deadlineMs: _, heapIndex: __, ...kept } = judgement
  return {
    ...kept,
    heardMonoMs: finiteOrNull(kept.heardMonoMs),
    armedMonoMs: finiteOrNull(kept.armedMonoMs),
    wordMinuteMonoMs: finiteOrNull(kept.wordMinuteMonoMs),
    counted: kept.counted.map((entry) => ({ ...entry })),
    maintenance: kept.maintenance && { ...kept.maintenance },
  }
}

export function thaw(stored: JudgementCheckpoint): Judgement {
  return {
    ...structuredClone(stored),
    deadlineMs: Number.POSITIVE_INFINITY,
    heapIndex: -1,
    heardMonoMs: stored.heardMonoMs ?? NEVER,
    armedMonoMs: stored.armedMonoMs ?? NEVER,
    wordMinuteMonoMs: stored.wordMinuteMonoMs ?? NEVER,
  }
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
