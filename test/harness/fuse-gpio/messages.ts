/** What bench and server of the FUSE GPIO class tell each other over Node's channel between parent and child. */
import { z } from 'zod'

const Level = z.union([z.literal(0), z.literal(1)])

export const Plan = z.object({
  chips: z.array(z.object({ label: z.string(), base: z.int(), lines: z.int() })),
  pulledUp: z.array(z.int()),
})
export type Plan = z.infer<typeof Plan>

/** Voltages that follow each other as fast as they can: a bounce. */
export const Drive = z.object({ number: z.int(), voltages: z.array(Level) })
export type Drive = z.infer<typeof Drive>

export const Report = z.union([
  z.object({ mounted: z.literal(true) }),
  /** `atMs` is CLOCK_MONOTONIC, which all processes of a machine share. */
  z.object({ number: z.int(), voltage: Level, atMs: z.number() }),
])
export type Report = z.infer<typeof Report>

/** Of CLOCK_MONOTONIC. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
