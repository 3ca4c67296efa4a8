/**
 * Serves a GPIO class as /sys/class/gpio in a mount namespace of its own, which `unshare` has made. Started by bench.ts,
 * from which it hears what to drive and to which it tells every voltage. Argument: its plan as JSON.
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, openSync } from 'node:fs'
import { SYSFS_DIRECTORY } from '../../../edge/gpio/sysfs.ts'
import { createGpioClass } from './gpio-class.ts'
import { Drive, monotonicMs, Plan, type Report } from './messages.ts'
import { createTreeServer } from './tree-server.ts'

const plan = Plan.parse(JSON.parse(process.argv[2] ?? ''))
const tell = (report: Report) => void process.send?.(report)
// A read of /dev/fuse never ends by itself, so the process could not exit while it waits in one.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))

// A kernel without GPIO has no such directory, and nobody can make one in sysfs.
if (!existsSync(SYSFS_DIRECTORY)) {
  execFileSync('mount', ['-t', 'tmpfs', 'siaga-class', '/sys/class'])
  mkdirSync(SYSFS_DIRECTORY)
}
const fuse = openSync('/dev/fuse', 'r+')
const gpio = createGpioClass({
  ...plan,
  onVoltage: (number, voltage) => tell({ number, voltage, atMs: monotonicMs() }),
  onEvent: (path) => server.wake(path),
})
const server = createTreeServer(fuse, gpio)
process.on('message', (message) => {
  const { number, voltages } = Drive.parse(message)
  for (const voltage of voltages) gpio.drive(number, voltage)
})
const serving = server.serve()
await mount()
tell({ mounted: true })
await serving

/** Not waited for synchronously: the kernel asks the server while it mounts. */
async function mount(): Promise<void> {
  const options = 'fd=3,rootmode=40000,user_id=0,group_id=0,allow_other'
  const args = ['-i', '-t', 'fuse', '-o', options, 'siaga-gpio', SYSFS_DIRECTORY]
  const [code] = await once(spawn('mount', args, { stdio: ['ignore', 'inherit', 'inherit', fuse] }), 'exit')
  if (code !== 0) throw new Error(`mount ended with ${code}`)
}
