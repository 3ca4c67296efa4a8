/**
 * Mergeable latency histogram: logarithmic buckets as in DDSketch (Masson, Rim, Lee, VLDB 2019), so a quantile is
 * within 1 % of the true one, merging is exact, and the order of merging does not matter.
 */

/** Stated bound is 1 %; a little less inside leaves room for rounding of logarithms at bucket edges. */
const ACCURACY = 0.0099
const GAMMA = (1 + ACCURACY) / (1 - ACCURACY)
const LOG_GAMMA = Math.log(GAMMA)
/** Below this a latency counts as 0: no clock that senders have resolves it. */
const SMALLEST_MS = 0.01
/** The contract's largest latency (contract/heartbeat.ts); with SMALLEST_MS it bounds the buckets to 1,158. */
const LARGEST_MS = 86_400_000
const FIRST_INDEX = indexOf(SMALLEST_MS)
const LAST_INDEX = indexOf(LARGEST_MS)
const FORMAT = 1
/** Longest varint of a safe integer: 53 bits in groups of 7. */
const VARINT_MAX_BYTES = 8

function indexOf(valueMs: number): number {
  return Math.ceil(Math.log(valueMs) / LOG_GAMMA)
}

/** The value in the middle of a bucket: at most ACCURACY away from every value in it. */
function middleOf(index: number): number {
  return (2 * GAMMA ** index) / (GAMMA + 1)
}

export class LatencyHistogram {
  private zeros = 0
  private first = 0
  /** Dense from `first`: an application's latencies lie close together, and adding is one increment. */
  private counts: number[] = []

  /** @param valueMs 0 or more; larger than a day counts as a day */
  add(valueMs: number, count = 1): void {
    if (valueMs < SMALLEST_MS) this.zeros += count
    else this.addAt(valueMs >= LARGEST_MS ? LAST_INDEX : indexOf(valueMs), count)
  }

  merge(other: LatencyHistogram): void {
    this.zeros += other.zeros
    other.counts.forEach((count, position) => {
      if (count > 0) this.addAt(other.first + position, count)
    })
  }

  count(): number {
    return this.counts.reduce((sum, count) => sum + count, this.zeros)
  }

  /** The value of rank ceil(`quantile` · count), within 1 %; null when empty. @param quantile 0 to 1 */
  quantile(quantile: number): number | null {
    const total = this.count()
    if (total === 0) return null
    let left = Math.max(1, Math.ceil(quantile * total)) - this.zeros
    if (left <= 0) return 0
    for (const [position, count] of this.counts.entries()) {
      left -= count
      if (left <= 0) return middleOf(this.first + position)
    }
    return middleOf(LAST_INDEX)
  }

  /** Format byte, zeros, then (distance to the previous bucket, count) of each used bucket, all as varints. */
  encode(): Uint8Array {
    const used = this.counts.reduce((sum, count) => (count > 0 ? sum + 1 : sum), 0)
    const bytes = new Uint8Array(1 + VARINT_MAX_BYTES * (1 + 2 * used))
    bytes[0] = FORMAT
    let end = writeVarint(bytes, 1, this.zeros)
    let previous = FIRST_INDEX
    for (let position = 0; position < this.counts.length; position += 1) {
      const count = this.counts[position] ?? 0
      if (count === 0) continue
      end = writeVarint(bytes, end, this.first + position - previous)
      end = writeVarint(bytes, end, count)
      previous = this.first + position
    }
    return bytes.slice(0, end)
  }

  /** Adds what `encode` wrote. @throws RangeError when the bytes are not of this format */
  mergeEncoded(bytes: Uint8Array): void {
    if (bytes[0] !== FORMAT) throw new RangeError(`histogram format ${bytes[0]} is not ${FORMAT}: rebuild series.db`)
    const reader = { bytes, at: 1 }
    this.zeros += readVarint(reader)
    let index = FIRST_INDEX
    while (reader.at < bytes.length) {
      index += readVarint(reader)
      if (index > LAST_INDEX) throw new RangeError(`histogram bucket ${index} is beyond ${LAST_INDEX}`)
      this.addAt(index, readVarint(reader))
    }
  }

  private addAt(index: number, count: number): void {
    if (this.counts.length === 0) this.first = index
    if (index < this.first) {
      this.counts = [...new Array<number>(this.first - index).fill(0), ...this.counts]
      this.first = index
    }
    const position = index - this.first
    while (this.counts.length <= position) this.counts.push(0)
    this.counts[position] = (this.counts[position] ?? 0) + count
  }
}

/** @throws RangeError when the bytes are not of this format */
export function decodeHistogram(bytes: Uint8Array): LatencyHistogram {
  const histogram = new LatencyHistogram()
  histogram.mergeEncoded(bytes)
  return histogram
}

function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let end = at
  let rest = value
  while (rest >= 128) {
    bytes[end] = (rest % 128) + 128
    end += 1
    rest = Math.floor(rest / 128)
  }
  bytes[end] = rest
  return end + 1
}

function readVarint(reader: { readonly bytes: Uint8Array; at: number }): number {
  let value = 0
  for (let scale = 1; ; scale *= 128) {
    const byte = reader.bytes[reader.at]
    if (byte === undefined) throw new RangeError('histogram ends in the middle of a number')
    reader.at += 1
    value += (byte % 128) * scale
    if (!Number.isSafeInteger(value)) throw new RangeError('histogram holds a number beyond 2^53')
    if (byte < 128) return value
  }
}
