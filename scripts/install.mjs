/**
 * Installs what package-lock.json names, when it is not there yet. Runs on the machine's own Node (20 or newer);
 * everything after it runs on the pinned Node that this step brings. No install script of any dependency runs.
 */
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runChild } from './run-child.mjs'

export const root = fileURLToPath(new URL('..', import.meta.url))
export const pinnedNode = join(root, 'node_modules', '.bin', 'node')

const NODE_MAJOR_MIN = 20

/** A reason why nothing can go on, in words for the person at the shell. */
export class InstallError extends Error {}

/** @typedef {{ version?: string, integrity?: string, optional?: boolean }} LockedPackage */
/** @typedef {Record<string, LockedPackage>} LockedPackages */

/**
 * Why the tree must be installed, or undefined when it is what the lock names. npm leaves a copy of what it installed
 * in node_modules; comparing that instead of a time or a stamp of our own also knows an `npm ci` done by hand.
 * @param {LockedPackages} locked packages of package-lock.json
 * @param {LockedPackages | undefined} installed packages of node_modules/.package-lock.json
 * @returns {string | undefined}
 */
export function reasonToInstall(locked, installed) {
  if (!installed) return 'nothing is installed yet'
  const names = new Set([...Object.keys(locked), ...Object.keys(installed)])
  names.delete('')
  for (const name of names) {
    const [wanted, found] = [locked[name], installed[name]]
    if (!wanted) return `${name} is not in package-lock.json`
    if (!found && wanted.optional) continue // for another platform
    if (!found) return `${name} is missing`
    if (found.version !== wanted.version || found.integrity !== wanted.integrity) return `${name} is another version`
  }
  return undefined
}

/**
 * What this machine lacks to run Siaga at all, or undefined.
 * @param {{ platform: string, arch: string, nodeVersion: string }} machine
 * @returns {string | undefined}
 */
export function unsupported({ platform, arch, nodeVersion }) {
  if (Number.parseInt(nodeVersion, 10) < NODE_MAJOR_MIN) {
    return `Node ${nodeVersion} is too old to start from: install Node ${NODE_MAJOR_MIN} or newer (Siaga then brings its own).`
  }
  if (platform !== 'linux' || !['x64', 'arm64'].includes(arch)) {
    return `Siaga runs on Linux on x64 or arm64; this is ${platform} on ${arch}. Use such a machine or a container.`
  }
  return undefined
}

/** Installs if needed. @throws {InstallError} in words that say what to do */
export async function install() {
  const { platform, arch, versions } = process
  const lack = unsupported({ platform, arch, nodeVersion: versions.node })
  if (lack) throw new InstallError(lack)
  const reason = reasonToInstall(
    readPackages('package-lock.json') ?? {},
    existsSync(pinnedNode) ? readPackages('node_modules/.package-lock.json') : undefined,
  )
  if (!reason) return
  process.stdout.write(
    `Installing dependencies (${reason}): one to two minutes on a first run, no script of theirs runs.\n`,
  )
  await runNpm()
  await checkPinnedNode()
}

async function runNpm() {
  // npm must not run on the pinned Node of the very tree it replaces.
  const path = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes(`node_modules${sep}.bin`))
    .join(delimiter)
  /** @type {number} */
  let code
  try {
    code = await runChild('npm', ['ci', '--include=dev', '--include=optional', '--progress'], {
      cwd: root,
      env: { ...process.env, PATH: path },
      stdio: ['ignore', 'inherit', 'inherit'],
    })
  } catch (error) {
    const { message } = /** @type {Error} */ (error)
    throw new InstallError(`npm cannot be started (${message}): install npm, it comes with Node.js 20 or newer.`)
  }
  if (code !== 0) {
    throw new InstallError(
      `npm ci ended with ${code}; its words are above. Without a network it cannot work: connect (or set HTTPS_PROXY, or npm's registry) and run this again.`,
    )
  }
}

async function checkPinnedNode() {
  const code = await runChild(pinnedNode, ['--version'], { stdio: 'ignore' }).catch(() => 1)
  if (code !== 0) {
    throw new InstallError(
      `The pinned Node (${pinnedNode}) does not run here. It needs glibc: use Debian, Ubuntu or Raspberry Pi OS (64 bit), not Alpine.`,
    )
  }
}

/**
 * @param {string} file
 * @returns {LockedPackages | undefined}
 */
function readPackages(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages
  } catch {
    return undefined // missing or cut off by an interrupted install: either way it must be installed
  }
}

/**
 * Runs a program's steps; an InstallError becomes one line and exit code 1.
 * @param {() => Promise<number>} steps answers the exit code
 */
export async function runSteps(steps) {
  try {
    process.exitCode = await steps()
  } catch (error) {
    if (!(error instanceof InstallError)) throw error
    process.stderr.write(`siaga: ${error.message}\n`)
    process.exitCode = 1
  }
}
