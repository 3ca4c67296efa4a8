/**
 * The kernel's GPIO character device, version 2, as bytes (include/uapi/linux/gpio.h, since Linux 5.10). Little
 * endian, as both x64 and arm64 are.
 *
 * | struct | bytes | fields (offset) |
 * |---|---|---|
 * | gpiochip_info | 68 | name[32] (0), label[32] (32), lines u32 (64) |
 * | gpio_v2_line_request | 592 | offsets u32[64] (0), consumer[32] (256), config (288), num_lines u32 (560), event_buffer_size u32 (564), fd i32 (588) |
 * | gpio_v2_line_config | 272 | flags u64 (0), num_attrs u32 (8), attrs[10] of 24 bytes (32) |
 * | gpio_v2_line_config_attribute | 24 | id u32 (0), value u64, or u32 for a period (8), mask u64 (16) |
 * | gpio_v2_line_values | 16 | bits u64 (0), mask u64 (8) |
 * | gpio_v2_line_event | 48 | timestamp_ns u64 (0), id u32 (8), offset u32 (12), seqno u32 (16), line_seqno u32 (20) |
 */
import type { Level } from './port.ts'

/** _IOR or _IOWR of type 0xB4: direction (2 bits), size (14), type (8), number (8). */
export const requests = {
  chipInfo: 0x8044_b401,
  getLine: 0xc250_b407,
  getValues: 0xc010_b40e,
  setValues: 0xc010_b40f,
} as const

export const flags = {
  activeLow: 1n << 1n,
  input: 1n << 2n,
  output: 1n << 3n,
  risingEdges: 1n << 4n,
  fallingEdges: 1n << 5n,
  pullUp: 1n << 8n,
} as const

const attributeIds = { flags: 1, outputValues: 2, debounce: 3 } as const

export const CHIP_INFO_BYTES = 68
const VALUES_BYTES = 16
export const EVENT_BYTES = 48
const REQUEST_BYTES = 592
const NAME_BYTES = 32
const LINES_MAX = 64
const ATTRIBUTES_MAX = 10
const CONSUMER_OFFSET = 256
const CONFIG_OFFSET = 288
const ATTRIBUTES_OFFSET = CONFIG_OFFSET + 32
const ATTRIBUTE_BYTES = 24
const NUM_LINES_OFFSET = 560
const FD_OFFSET = 588

/** One attribute for the lines whose bits are set in `mask` (bit n: the n-th line of the request). */
export type Attribute =
  | { readonly kind: 'flags'; readonly flags: bigint; readonly mask: bigint }
  | { readonly kind: 'outputValues'; readonly bits: bigint; readonly mask: bigint }
  | { readonly kind: 'debounce'; readonly periodUs: number; readonly mask: bigint }

export interface LineRequest {
  /** Within the chip. */
  readonly offsets: readonly number[]
  /** Who holds them, as gpioinfo shows it. */
  readonly consumer: string
  readonly attributes: readonly Attribute[]
}

/** @throws RangeError for more lines or attributes than the struct holds, or for none */
export function encodeLineRequest({ offsets, consumer, attributes }: LineRequest): Buffer {
  if (offsets.length === 0 || offsets.length > LINES_MAX) throw new RangeError(`${offsets.length} lines: 1 to 64 fit`)
  if (attributes.length > ATTRIBUTES_MAX) throw new RangeError(`${attributes.length} attributes: at most 10 fit`)
  const bytes = Buffer.alloc(REQUEST_BYTES)
  for (const [index, offset] of offsets.entries()) bytes.writeUInt32LE(offset, index * 4)
  bytes.write(consumer.slice(0, NAME_BYTES - 1), CONSUMER_OFFSET, 'latin1')
  bytes.writeUInt32LE(attributes.length, CONFIG_OFFSET + 8)
  for (const [index, attribute] of attributes.entries())
    encodeAttribute(attribute, bytes.subarray(ATTRIBUTES_OFFSET + index * ATTRIBUTE_BYTES))
  bytes.writeUInt32LE(offsets.length, NUM_LINES_OFFSET)
  return bytes
}

function encodeAttribute(attribute: Attribute, bytes: Buffer): void {
  bytes.writeUInt32LE(attributeIds[attribute.kind], 0)
  if (attribute.kind === 'debounce') bytes.writeUInt32LE(attribute.periodUs, 8)
  else bytes.writeBigUInt64LE(attribute.kind === 'flags' ? attribute.flags : attribute.bits, 8)
  bytes.writeBigUInt64LE(attribute.mask, 16)
}

/** The descriptor of the lines, in a request that the kernel has answered. */
export function lineDescriptor(request: Buffer): number {
  return request.readInt32LE(FD_OFFSET)
}

export interface ChipInfo {
  readonly name: string
  readonly label: string
  readonly lines: number
}

export function decodeChipInfo(bytes: Buffer): ChipInfo {
  return {
    name: textAt(bytes, 0),
    label: textAt(bytes, NAME_BYTES),
    lines: bytes.readUInt32LE(NAME_BYTES * 2),
  }
}

/** @param levels of the first lines of the request; @returns a request for them all */
export function encodeValues(levels: readonly Level[]): Buffer {
  const bytes = Buffer.alloc(VALUES_BYTES)
  bytes.writeBigUInt64LE(bitsOf(levels), 0)
  bytes.writeBigUInt64LE(maskOf(levels.length), 8)
  return bytes
}

/** Bit n is the level of line n. */
export function bitsOf(levels: readonly Level[]): bigint {
  return levels.reduce((sum, level, index) => sum | (BigInt(level) << BigInt(index)), 0n)
}

export function decodeValues(bytes: Buffer, count: number): Level[] {
  const bits = bytes.readBigUInt64LE(0)
  return Array.from({ length: count }, (_, index) => ((bits >> BigInt(index)) & 1n ? 1 : 0))
}

export interface LineEvent {
  /** CLOCK_MONOTONIC, unless asked otherwise. */
  readonly timestampNs: bigint
  /** Logical: 1 for an edge to active. */
  readonly level: Level
  readonly offset: number
  /** Over all lines of the request: a hole is an event that the buffer had no room for. */
  readonly seqno: number
}

const RISING_EDGE = 1

export function decodeEvent(bytes: Buffer): LineEvent {
  return {
    timestampNs: bytes.readBigUInt64LE(0),
    level: bytes.readUInt32LE(8) === RISING_EDGE ? 1 : 0,
    offset: bytes.readUInt32LE(12),
    seqno: bytes.readUInt32LE(16),
  }
}

/** The first `count` lines. */
export function maskOf(count: number): bigint {
  return (1n << BigInt(count)) - 1n
}

function textAt(bytes: Buffer, offset: number): string {
  const field = bytes.subarray(offset, offset + NAME_BYTES)
  const end = field.indexOf(0)
  return field.toString('utf8', 0, end < 0 ? NAME_BYTES : end)
}
