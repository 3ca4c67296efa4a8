/** Ways to damage bytes, whatever they mean. Pure. */

/** Numbers from 0 to below 1. */
export type Random = () => number

/** Lengths, flags and texts break at these. */
const EDGES = [0x00, 0x01, 0x02, 0x0a, 0x0d, 0x20, 0x7f, 0x80, 0xc0, 0xed, 0xfe, 0xff]

/** @param below a number from 0 to below its argument */
export function mutateBytes(bytes: Buffer, other: Buffer, below: (limit: number) => number): Buffer {
  const at = below(bytes.length)
  const byte = bytes[at] ?? 0
  switch (below(6)) {
    case 0:
      return replaced(bytes, at, byte ^ (1 << below(8)))
    case 1:
      return replaced(bytes, at, EDGES[below(EDGES.length)] ?? 0)
    case 2:
      return bytes.subarray(0, at)
    case 3:
      return Buffer.concat([bytes.subarray(0, at), Buffer.of(below(256)), bytes.subarray(at)])
    case 4:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)])
    default:
      return Buffer.concat([bytes.subarray(0, at), other.subarray(below(other.length))])
  }
}

export function replaced(bytes: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes)
  if (at < copy.length) copy[at] = value & 0xff
  return copy
}
