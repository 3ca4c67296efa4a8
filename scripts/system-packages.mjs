/**
 * The Debian packages some tests need: real peers that npm cannot bring. Installed by apt-get as root only, and with
 * service start suppressed: on a Debian that runs services apt would start mosquitto and influxd on their ports.
 */
import { accessSync, constants, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { captureChild } from './run-child.mjs'

/** Package → the program it brings that tests call. */
export const systemPackages = /** @type {const} */ ({
  influxdb: 'influxd',
  mosquitto: 'mosquitto',
  'mosquitto-clients': 'mosquitto_pub',
  socat: 'socat',
  chromium: 'chromium',
  curl: 'curl',
  systemd: 'systemd-analyze',
  // What onoff's addon is built with (scripts/build-gpio.mjs).
  'g++': 'g++',
  make: 'make',
  python3: 'python3',
})

const aptOptions = ['-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Dpkg::Use-Pty=0']
const EXIT_INTERRUPTED = 130 // 128 + SIGINT, as a shell reports it
const servicePolicy = '/usr/sbin/policy-rc.d'
const servicePolicyMark = '# Written by the test set-up of Siaga while it installs packages; may be deleted.'
/** invoke-rc.d(8): 101 is "action forbidden by policy". */
const servicePolicyText = `#!/bin/sh\n${servicePolicyMark}\nexit 101\n`

/**
 * Full path of a program, or undefined. The sbin folders count too: a user's PATH leaves them out.
 * @param {string} program
 * @param {string} [path] as in PATH
 */
export function findProgram(program, path = process.env['PATH'] ?? '') {
  const folders = [...path.split(delimiter), '/usr/sbin', '/usr/local/sbin', '/sbin']
  return folders
    .filter(Boolean)
    .map((folder) => join(folder, program))
    .find(isExecutable)
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** @returns {string[]} packages whose program is not on this machine */
export function missingPackages() {
  return Object.entries(systemPackages)
    .filter(([, program]) => !findProgram(program))
    .map(([name]) => name)
}

/**
 * The command a person would type.
 * @param {string[]} packages
 */
export function installCommand(packages) {
  return `sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`
}

/**
 * Installs what is missing, if this may be done here.
 * @returns {Promise<string[]>} packages that are still missing; why is said on standard output
 */
export async function installSystemPackages() {
  const missing = missingPackages()
  if (missing.length === 0) return []
  if (process.getuid?.() !== 0 || !findProgram('apt-get')) {
    process.stdout.write(`Missing for some tests: ${missing.join(', ')}. To install: ${installCommand(missing)}\n`)
    return missing
  }
  process.stdout.write(`Installing ${missing.join(', ')} with apt-get (no service is started): about a minute.\n`)
  await withoutServiceStart(() => aptInstall(missing))
  return missingPackages()
}

/** @param {string[]} packages */
async function aptInstall(packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const attempt = () => captureChild('apt-get', ['install', ...aptOptions, ...packages], { env })
  // The package lists may be missing (a container) or too old; only then they are fetched.
  if ((await attempt()).code === 0) return
  await captureChild('apt-get', ['update', '-o', 'DPkg::Lock::Timeout=300'], { env })
  const { code, output } = await attempt()
  if (code !== 0) process.stdout.write(`apt-get failed (${code}):\n${output.slice(-2000)}\n`)
}

/** @param {() => Promise<void>} action */
async function withoutServiceStart(action) {
  const ours = !existsSync(servicePolicy) || readFileSync(servicePolicy, 'utf8').includes(servicePolicyMark)
  // A signal waits for the end: the policy left behind would keep every later package's service from starting.
  let interrupted = false
  const hold = () => {
    interrupted = true
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, hold)
  if (ours) writeFileSync(servicePolicy, servicePolicyText, { mode: 0o755 })
  try {
    await action()
  } finally {
    if (ours) rmSync(servicePolicy, { force: true })
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, hold)
  }
  if (interrupted) process.exit(EXIT_INTERRUPTED)
}
