/**
 * A sysfs GPIO class whose lines a test drives and watches, for programs that know no other: the unmodified onoff. A
 * process of its own serves it through FUSE, in a mount namespace that programs enter.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { type Drive, Report } from './messages.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const MOUNT_MS = 30_000
/** More than a proof of an hour makes. */
const CHANGES_MAX = 100_000

export interface WireChange {
  readonly bcm: number
  readonly voltage: 0 | 1
  /** CLOCK_MONOTONIC. */
  readonly atMs: number
}

export interface FuseGpio extends AsyncDisposable {
  /** Words before a program and its arguments that start it with these lines, in the repository's directory. */
  readonly enter: readonly string[]
  /** Of all wires, oldest first, whoever made them. */
  readonly changes: readonly WireChange[]
  /** What a wire had last; where it was never moved, what its resistor makes of it. */
  voltage(bcm: number): 0 | 1
  /** Moves an input's wire, several times in a row for a bounce. */
  drive(bcm: number, ...voltages: (0 | 1)[]): void
}

export interface FuseGpioOptions {
  /** Number of GPIO0: 0 before kernel 6.6, 512 since. */
  readonly base?: number
  readonly label?: string
  /** BCM numbers of lines that a resistor pulls up. */
  readonly pulledUp?: readonly number[]
}

/** Lines of the header's chip, and of another one that a program must not take for it. */
const [HEADER_LINES, EXPANDER_LINES] = [54, 8]

export async function openFuseGpio(options: FuseGpioOptions = {}): Promise<FuseGpio> {
  const { base = 512, label = 'pinctrl-bcm2711', pulledUp = [] } = options
  const header = { label, base, lines: HEADER_LINES }
  const expander = { label: 'raspberrypi-exp-gpio', base: base + HEADER_LINES, lines: EXPANDER_LINES }
  const plan = JSON.stringify({ chips: [expander, header], pulledUp: pulledUp.map((bcm) => base + bcm) })
  const args = ['--mount', '--propagation', 'private', process.execPath, join(import.meta.dirname, 'main.ts'), plan]
  const server = spawn('unshare', args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const changes: WireChange[] = []
  const mounted = Promise.withResolvers<void>()
  server.on('message', (message) => {
    const report = Report.parse(message)
    if ('mounted' in report) return mounted.resolve()
    changes.push({ bcm: report.number - base, voltage: report.voltage, atMs: report.atMs })
    if (changes.length > CHANGES_MAX) throw new Error(`more than ${CHANGES_MAX} changes`)
  })
  server.once('error', mounted.reject)
  server.once('exit', (code, signal) => mounted.reject(new Error(`the FUSE server ended with ${signal ?? code}`)))
  const late = setTimeout(() => mounted.reject(new Error(`no FUSE mount within ${MOUNT_MS} ms`)), MOUNT_MS)
  const close = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return
    server.kill('SIGKILL')
    await once(server, 'exit')
  }
  await mounted.promise.catch((error) => close().then(() => Promise.reject(error))).finally(() => clearTimeout(late))
  return {
    enter: ['nsenter', `--mount=/proc/${server.pid}/ns/mnt`, 'env', '--chdir', root],
    changes,
    voltage: (bcm) => changes.findLast((change) => change.bcm === bcm)?.voltage ?? (pulledUp.includes(bcm) ? 1 : 0),
    drive: (bcm, ...voltages) => void server.send({ number: base + bcm, voltages } satisfies Drive),
    [Symbol.asyncDispose]: close,
  }
}
