/**
 * Disk space put aside for the day on which the disk is full (design §6): given back then, so that at least 1,000 more
 * decisions can be recorded while people make room. Afterwards the door denies.
 */
import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * A decision and what follows is some five records and the policy's memory: 5,000 records grow the outbox by 3 MiB, and
 * the write-ahead logs of both databases stay below 4 MiB each (a checkpoint each 1,000 pages).
 */
const RESERVE_BYTES = 16 * 1024 * 1024
/** Written in pieces: the door's memory is small. */
const PIECE_BYTES = 1024 * 1024
/** Put aside again when the disk has so many times its size: not the moment a few bytes are free. */
const ROOM_FACTOR = 2

export interface Reserve {
  /** The space is put aside; false means that the disk is full, or was a moment ago. */
  readonly held: boolean
  /** Gives the space back. @returns false when it had been given back before */
  release(): boolean
  /** Puts the space aside when there is room again. @returns whether it is put aside now */
  restore(): boolean
}

/** Puts the space aside at once, if there is room. */
export function openReserve(path: string, sizeBytes = RESERVE_BYTES): Reserve {
  let held = sizeOf(path) === sizeBytes
  const restore = () => {
    held ||= hasRoom(path, sizeBytes) && fill(path, sizeBytes)
    return held
  }
  restore()
  return {
    get held() {
      return held
    },
    release() {
      if (!held) return false
      rmSync(path, { force: true })
      held = false
      return true
    },
    restore,
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

function hasRoom(path: string, sizeBytes: number): boolean {
  rmSync(path, { force: true }) // one that was not written to its end
  const { bavail, bsize } = statfsSync(dirname(path))
  return bavail * bsize >= sizeBytes * ROOM_FACTOR
}

/** Bytes that no file system can compress. @returns false, with nothing left behind, when they do not fit after all */
function fill(path: string, sizeBytes: number): boolean {
  const file = openSync(path, 'w', 0o600)
  try {
    for (let left = sizeBytes; left > 0; left -= PIECE_BYTES) writeSync(file, randomBytes(Math.min(left, PIECE_BYTES)))
    fsyncSync(file)
    return true
  } catch {
    rmSync(path, { force: true })
    return false
  } finally {
    closeSync(file)
  }
}

/** SQLite's primary result code (sqlite.org/rescode.html). */
const SQLITE_FULL = 13
const PRIMARY_CODE = 0xff

/** Writes; when the disk is full and `makeRoom` can help, once more. @throws whatever the last attempt threw */
export function writeWithReserve<T>(write: () => T, makeRoom: () => boolean): T {
  try {
    return write()
  } catch (error) {
    if (!isDiskFull(error) || !makeRoom()) throw error
    return write()
  }
}

function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & PRIMARY_CODE) === SQLITE_FULL
}
