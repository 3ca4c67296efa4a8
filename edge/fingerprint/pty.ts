/**
 * A pseudo-terminal pair: the simulated sensor holds the master as a stream, the agent opens `path` as if it were a
 * serial port. No system package is needed.
 */
import { closeSync, constants, openSync } from 'node:fs'
import type { Duplex } from 'node:stream'
import { ReadStream } from 'node:tty'
import { makeRaw, openPtyMaster } from '../libc.ts'

export interface Pty {
  /** The slave, for example `/dev/pts/3`. */
  readonly path: string
  /** The master: what is written here is read from `path`. */
  readonly stream: Duplex
  /** Ends both sides; whoever has `path` open sees the device vanish, as when a cable is pulled. */
  close(): void
}

export function openPty(): Pty {
  const { fd, path } = openPtyMaster()
  // Held open: with no slave open at all, reading the master fails with EIO whenever the agent reopens its port.
  const slave = openSync(path, constants.O_RDWR | constants.O_NOCTTY)
  makeRaw(slave)
  const stream = new ReadStream(fd)
  stream.on('error', () => stream.destroy()) // EIO once the slave is gone: the end of the pair, nothing to report
  let closed = false
  return {
    path,
    stream,
    close: () => {
      if (closed) return
      closed = true
      closeSync(slave)
      stream.destroy()
    },
  }
}
