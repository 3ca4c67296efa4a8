/**
 * What the kernel and a FUSE server say to each other over /dev/fuse, version 7.31 (linux/fuse.h): the few requests that
 * a tree of small files needs. Numbers are in the machine's byte order, which is little endian on x64 and arm64.
 */
import { constants as osConstants } from 'node:os'

const REQUEST_HEADER_BYTES = 40
const REPLY_HEADER_BYTES = 16
const NOTIFY_POLL = 1
const MINOR_VERSION = 31
/** The kernel refuses a server whose read buffer holds less than this. */
export const REQUEST_BYTES_MAX = 128 * 1024
const WRITE_BYTES_MAX = 4096

export const opcodes = {
  lookup: 1,
  forget: 2,
  getattr: 3,
  setattr: 4,
  open: 14,
  read: 15,
  write: 16,
  statfs: 17,
  release: 18,
  flush: 25,
  init: 26,
  opendir: 27,
  readdir: 28,
  releasedir: 29,
  interrupt: 36,
  poll: 40,
  batchForget: 42,
} as const

export interface FuseRequest {
  readonly opcode: number
  /** Names the request in its reply. */
  readonly unique: bigint
  readonly inode: number
  readonly body: Buffer
}

export function decodeRequest(bytes: Buffer): FuseRequest {
  return {
    opcode: bytes.readUInt32LE(4),
    unique: bytes.readBigUInt64LE(8),
    inode: Number(bytes.readBigUInt64LE(16)),
    body: Buffer.from(bytes.subarray(REQUEST_HEADER_BYTES, bytes.readUInt32LE(0))),
  }
}

export function encodeReply(unique: bigint, body: Uint8Array = Buffer.alloc(0)): Buffer {
  return withHeader(unique, 0, body)
}

/** @param code as `ENOENT` */
export function encodeFailure(unique: bigint, code: keyof typeof osConstants.errno): Buffer {
  return withHeader(unique, -osConstants.errno[code], Buffer.alloc(0))
}

/** Wakes who polls the handle that the kernel calls `kernelHandle`. */
export function encodePollWakeup(kernelHandle: bigint): Buffer {
  const body = Buffer.alloc(8)
  body.writeBigUInt64LE(kernelHandle)
  return withHeader(0n, NOTIFY_POLL, body)
}

function withHeader(unique: bigint, error: number, body: Uint8Array): Buffer {
  const header = Buffer.alloc(REPLY_HEADER_BYTES)
  header.writeUInt32LE(REPLY_HEADER_BYTES + body.length, 0)
  header.writeInt32LE(error, 4)
  header.writeBigUInt64LE(unique, 8)
  return Buffer.concat([header, body])
}

/** struct fuse_init_out */
export function encodeInit(): Buffer {
  const body = Buffer.alloc(64)
  body.writeUInt32LE(7, 0)
  body.writeUInt32LE(MINOR_VERSION, 4)
  body.writeUInt32LE(WRITE_BYTES_MAX, 20)
  return body
}

export interface FileKind {
  readonly inode: number
  readonly isDirectory: boolean
}

const [DIRECTORY_MODE, FILE_MODE] = [0o040_755, 0o100_644]
/** What sysfs says of each of its files. */
const FILE_BYTES = 4096

/** struct fuse_attr */
function encodeAttributes({ inode, isDirectory }: FileKind): Buffer {
  const body = Buffer.alloc(88)
  body.writeBigUInt64LE(BigInt(inode), 0)
  body.writeBigUInt64LE(isDirectory ? 0n : BigInt(FILE_BYTES), 8)
  body.writeUInt32LE(isDirectory ? DIRECTORY_MODE : FILE_MODE, 60)
  body.writeUInt32LE(1, 64)
  body.writeUInt32LE(FILE_BYTES, 80)
  return body
}

/** struct fuse_attr_out: to be asked again each time. */
export function encodeAttributesReply(kind: FileKind): Buffer {
  return Buffer.concat([Buffer.alloc(16), encodeAttributes(kind)])
}

/** struct fuse_entry_out: to be looked up again each time. */
export function encodeEntry(kind: FileKind): Buffer {
  const body = Buffer.alloc(40)
  body.writeBigUInt64LE(BigInt(kind.inode), 0)
  return Buffer.concat([body, encodeAttributes(kind)])
}

/** FOPEN_DIRECT_IO: each read of a program comes to the server. */
const DIRECT_IO = 1

/** struct fuse_open_out */
export function encodeOpen(handle: bigint): Buffer {
  const body = Buffer.alloc(16)
  body.writeBigUInt64LE(handle, 0)
  body.writeUInt32LE(DIRECT_IO, 8)
  return body
}

/** struct fuse_read_in, and the head of fuse_write_in and fuse_release_in. */
export function decodeTransfer(body: Buffer): { handle: bigint; offset: number; size: number } {
  return {
    handle: body.readBigUInt64LE(0),
    offset: Number(body.readBigUInt64LE(8)),
    size: body.length < 20 ? 0 : body.readUInt32LE(16),
  }
}

const WRITE_HEAD_BYTES = 40

export function decodeWritten(body: Buffer): string {
  return body.toString('utf8', WRITE_HEAD_BYTES)
}

/** struct fuse_write_out */
export function encodeWritten(size: number): Buffer {
  const body = Buffer.alloc(8)
  body.writeUInt32LE(size, 0)
  return body
}

const SCHEDULE_NOTIFY = 1

/** struct fuse_poll_in */
export function decodePoll(body: Buffer): { handle: bigint; kernelHandle: bigint; wantsWakeup: boolean } {
  return {
    handle: body.readBigUInt64LE(0),
    kernelHandle: body.readBigUInt64LE(8),
    wantsWakeup: (body.readUInt32LE(16) & SCHEDULE_NOTIFY) !== 0,
  }
}

/** POLLIN, POLLOUT, POLLRDNORM, POLLWRNORM; and with something new POLLPRI, POLLERR: as sysfs answers. */
const [ALWAYS_READY, SOMETHING_NEW] = [0x145, 0x00a]

/** struct fuse_poll_out */
export function encodePoll(isNew: boolean): Buffer {
  const body = Buffer.alloc(8)
  body.writeUInt32LE(ALWAYS_READY | (isNew ? SOMETHING_NEW : 0), 0)
  return body
}

/** struct fuse_dirent for each name from `offset` on, as many as fit into `size`. */
export function encodeDirectory(names: readonly string[], offset: number, size: number): Buffer {
  const entries: Buffer[] = []
  let length = 0
  for (const [index, name] of names.entries()) {
    if (index < offset) continue
    const entry = Buffer.alloc((24 + Buffer.byteLength(name) + 7) & ~7)
    entry.writeBigUInt64LE(1n, 0) // the kernel asks for each by LOOKUP
    entry.writeBigUInt64LE(BigInt(index + 1), 8)
    entry.writeUInt32LE(Buffer.byteLength(name), 16)
    entry.write(name, 24)
    length += entry.length
    if (length > size) break
    entries.push(entry)
  }
  return Buffer.concat(entries)
}

/** struct fuse_statfs_out: nothing to tell but the longest name. */
export function encodeStatistics(): Buffer {
  const body = Buffer.alloc(80)
  body.writeUInt32LE(FILE_BYTES, 40)
  body.writeUInt32LE(255, 44)
  return body
}
