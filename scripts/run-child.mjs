/** Runs one program in the foreground: signals are passed on, so Ctrl-C or a kill leaves nothing behind. Node 20. */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'

/** @type {NodeJS.Signals[]} */
const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP']
const EXIT_SIGNAL_BASE = 128

/**
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {Promise<number>} exit code; 128 + number of the signal that ended it, as a shell reports it
 * @throws when the program cannot be started (`code` is ENOENT when there is none)
 */
export function runChild(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options })
    const handlers = forwarded.map((signal) => ({ signal, forward: () => void child.kill(signal) }))
    for (const { signal, forward } of handlers) process.on(signal, forward)
    const release = () => {
      for (const { signal, forward } of handlers) process.off(signal, forward)
    }
    child.once('error', (error) => {
      release()
      reject(error)
    })
    child.once('exit', (code, signal) => {
      release()
      resolve(signal ? EXIT_SIGNAL_BASE + constants.signals[signal] : (code ?? 1))
    })
  })
}

/**
 * Runs a program to its end and keeps what it wrote (standard output and error together).
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {Promise<{ code: number, output: string }>}
 */
export async function captureChild(command, args, options = {}) {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const collect = (/** @type {string} */ text) => {
    output += text
  }
  child.stdout?.setEncoding('utf8').on('data', collect)
  child.stderr?.setEncoding('utf8').on('data', collect)
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: 127, output: `${error.message}\n` }))
    child.once('close', (code) => resolve({ code: code ?? 1, output }))
  })
}
