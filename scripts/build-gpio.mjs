/**
 * Builds `epoll`, the one native addon (of onoff), for the pinned Node: `npm run build:gpio`. Needed only where
 * SIAGA_GPIO=onoff drives real lines; its headers come with the pinned Node, so nothing is downloaded. Does nothing
 * when the addon is there and loads.
 */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { captureChild } from './run-child.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const addon = join(root, 'node_modules', 'epoll')
const nodeDir = join(root, 'node_modules', `node-linux-${process.arch}`)
const pinnedNode = join(nodeDir, 'bin', 'node')

/** What a person would type, in words for an error message. */
export const buildCommand = `cd ${addon} && node-gyp rebuild --nodedir=${nodeDir}`

/** @returns {Promise<string | undefined>} why the addon cannot be had, or undefined when it loads */
export async function buildGpio() {
  if (!existsSync(addon)) return 'the optional packages onoff and epoll are not installed: npm ci --include=optional'
  if (await loads()) return undefined
  const gyp = await findNodeGyp()
  if (!gyp) return `node-gyp, which comes with npm, was not found: install it and run: ${buildCommand}`
  // npm hands its own settings on, and node-gyp takes a `nodedir` among them over the one it is called with.
  const env = { ...process.env, npm_config_nodedir: nodeDir }
  const { code, output } = await captureChild(pinnedNode, [gyp, 'rebuild', `--nodedir=${nodeDir}`], { cwd: addon, env })
  if (code !== 0) {
    return `${output.slice(-2000)}\nThe build needs g++, make and python3: sudo apt-get install g++ make python3`
  }
  return (await loads()) ? undefined : 'the addon was built, but the pinned Node does not load it'
}

/** In a process of its own: a failed load cannot be tried again in the same one. */
async function loads() {
  const { code } = await captureChild(pinnedNode, ['-e', 'require("epoll")'], { cwd: root })
  return code === 0
}

/** npm names its node-gyp to the scripts it runs; else it lies where npm is. */
async function findNodeGyp() {
  const named = process.env['npm_config_node_gyp']
  if (named && existsSync(named)) return named
  const { code, output } = await captureChild('npm', ['root', '--global'], {}).catch(() => ({ code: 1, output: '' }))
  if (code !== 0) return undefined
  const globalRoot = output.trim().split('\n').at(-1) ?? ''
  try {
    const npm = createRequire(join(globalRoot, 'npm', 'package.json'))
    return join(dirname(npm.resolve('node-gyp/package.json')), 'bin', 'node-gyp.js')
  } catch {
    return undefined // npm of a distribution that keeps node-gyp elsewhere; the caller says what to do
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const problem = await buildGpio()
  process.stdout.write(problem ? `build:gpio: ${problem}\n` : 'onoff is ready for SIAGA_GPIO=onoff\n')
  process.exitCode = problem ? 1 : 0
}
