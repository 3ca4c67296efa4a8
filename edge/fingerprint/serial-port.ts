/** The serial port as a byte stream; the only importer of `serialport`. */
import { realpathSync } from 'node:fs'
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
