/**
 * Observations as InfluxDB line protocol (v1, nanoseconds). A field's type is fixed by its first write, so each is
 * always written the same way: `latencyMs` float, `up`, `seq` and `count` integer, `status` string.
 */
import type { DoorObservation, HeartbeatObservation, Observation } from '../observation.ts'

const NS_PER_MS = 1_000_000n
/** Largest time of InfluxDB, the year 2262: one line beyond it, and some versions refuse the whole body. */
const TIME_NS_MAX = 9_223_372_036_854_775_806n

/**
 * One line, without line end. The same observation always gives the same series and time, so writing it twice is one
 * point; two of one millisecond differ by row id or sequence in the nanoseconds.
 * @throws RangeError for NaN, infinities, fractions where an integer belongs, times InfluxDB has no number for, and text
 * that would break the line
 */
export function toLine(observation: Observation): string {
  return observation.kind === 'heartbeat' ? heartbeatLine(observation) : doorLine(observation)
}

function heartbeatLine({ app, opd, region, receivedMs, rowId, latencyMs, status }: HeartbeatObservation): string {
  const latency = latencyMs === null ? '' : `latencyMs=${float(latencyMs)},`
  const up = status === 'up' ? 1 : 0
  const series = `heartbeat${tags({ app, opd, region })}`
  return `${series} ${latency}up=${integer(up)},status="${status}" ${pointTime(receivedMs, rowId)}`
}

function doorLine({ door, event, seq, at }: DoorObservation): string {
  return `door${tags({ door, kind: event })} seq=${integer(seq)},count=1i ${pointTime(at, seq)}`
}

/** `ms`·10⁶ + `number` mod 10⁶, exact beyond 2^53. */
function pointTime(ms: number, number: number): string {
  if (!Number.isSafeInteger(ms)) throw new RangeError(`point time ${ms} is no whole number of milliseconds`)
  const timeNs = BigInt(ms) * NS_PER_MS + (BigInt(number) % NS_PER_MS)
  if (timeNs > TIME_NS_MAX) throw new RangeError(`point time ${ms} ms is later than InfluxDB can store`)
  return String(timeNs)
}

/** An empty tag is no tag: InfluxDB refuses one without a value. */
function tags(values: Readonly<Record<string, string | null>>): string {
  return Object.entries(values)
    .map(([name, value]) => (value === null || value === '' ? '' : `,${name}=${tagValue(value)}`))
    .join('')
}

function tagValue(value: string): string {
  // A trailing backslash would escape what follows the value, and a line feed would start another point.
  if (/\p{Cc}|\\$/u.test(value)) throw new RangeError(`tag value ${JSON.stringify(value)} breaks a line`)
  return value.replace(/[,= ]/g, '\\$&')
}

function float(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`${value} is no number InfluxDB can store`)
  return String(value)
}

function integer(value: number): string {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no integer`)
  return `${value}i`
}
