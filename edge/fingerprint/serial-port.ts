/** The serial port as a byte stream; the only importer of `serialport`. */
import { readSync, realpathSync, writeSync } from 'node:fs'
import type { Duplex } from 'node:stream'
import { SerialPort } from 'serialport'

/**
 * Opens a port at 8N1. The stream closes when the device vanishes (at the next write, which then fails).
 * @throws Error naming the path when it cannot be opened.
 */
export function openSerialPort(path: string, baudRate: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const port = new SerialPort({ path, baudRate, lock: !isPseudoTerminal(path), autoOpen: false })
    port.open((error) => {
      if (error) {
        reject(new Error(`cannot open the sensor's port ${path}: ${error.message}`, { cause: error }))
        return
      }
      finishPolls(port)
      tryAtOnce(port)
      resolve(port)
    })
  })
}

/** One would stay locked after a crash of this process, because the simulator keeps its slave open. */
function isPseudoTerminal(path: string): boolean {
  try {
    return realpathSync(path).startsWith('/dev/pts/')
  } catch {
    return false // not there: opening it says so
  }
}

/**
 * The addon calls into JavaScript outside of a Node callback (bindings-cpp 13.0.0, poller.cpp: Call, not MakeCallback),
 * after which Node 26 runs no promise reactions: received bytes would wait until some timer fires. An immediate gives
 * the reactions their turn.
 */
function finishPolls(port: SerialPort): void {
  const binding = port.port
  if (!binding || !('poller' in binding)) return
  const runReactions = () => void setImmediate(() => {})
  binding.poller.on('readable', runReactions)
  binding.poller.on('writable', runReactions)
}

/**
 * The addon gives each read and write to a thread of its pool, though the port never blocks (O_NONBLOCK). That is some
 * four threads to wake for each command, and each may have to wait for a core. Tried here at once; whatever does not go
 * takes the addon's way, which also knows what each error means.
 */
function tryAtOnce(port: SerialPort): void {
  const binding = port.port
  if (!binding || !('poller' in binding)) return
  const { poller } = binding
  const [read, write] = [binding.read.bind(binding), binding.write.bind(binding)]
  const readable = () =>
    new Promise<void>((resolve, reject) =>
      poller.once('readable', (error: Error | null) => (error ? reject(error) : resolve())),
    )
  binding.read = async (buffer: Buffer, offset: number, length: number) => {
    while (binding.fd !== null) {
      const bytesRead = sizeOrEmpty(() => readSync(binding.fd ?? -1, buffer, offset, length, null))
      if (bytesRead === undefined) break
      if (bytesRead > 0) return { bytesRead, buffer }
      await readable()
    }
    return read(buffer, offset, length)
  }
  binding.write = async (buffer: Buffer) => {
    const written = binding.fd === null ? 0 : (sizeOrEmpty(() => writeSync(binding.fd ?? -1, buffer)) ?? 0)
    if (written < buffer.length) await write(buffer.subarray(written))
  }
}

/** @returns 0 when the port has nothing, or no room, at the moment; undefined at its end, or when it fails */
function sizeOrEmpty(attempt: () => number): number | undefined {
  try {
    return attempt() || undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EAGAIN' ? 0 : undefined
  }
}
