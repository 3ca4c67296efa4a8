/** A log file with a bound: full, it becomes `{name}.1` and a new one begins, so at most two of them lie on the disk. */
import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs'

/** Days of a quiet demonstration, and small enough to open in an editor. */
const SIZE_MAX_BYTES = 8 * 1024 * 1024

export interface LogFile {
  write(text: string): void
  close(): void
}

export function openLogFile(path: string, sizeMaxBytes = SIZE_MAX_BYTES): LogFile {
  let fd = openSync(path, 'a')
  let sizeBytes = fstatSync(fd).size
  return {
    write(text) {
      const bytes = Buffer.from(text)
      if (sizeBytes > 0 && sizeBytes + bytes.length > sizeMaxBytes) {
        closeSync(fd)
        renameSync(path, `${path}.1`)
        fd = openSync(path, 'a')
        sizeBytes = 0
      }
      writeSync(fd, bytes)
      sizeBytes += bytes.length
    },
    close: () => closeSync(fd),
  }
}
