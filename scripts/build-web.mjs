/**
 * `npm run build`: builds web/ into dist/web when its sources changed. The build id is a hash of all that goes in; it
 * is compiled into the page and written to dist/web/build.json, so server and page know when they differ.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { install, pinnedNode, root, runSteps } from './install.mjs'
import { runChild } from './run-child.mjs'

const inputs = ['web', 'broker/contract', 'vite.config.ts', 'package-lock.json']
const notInput = /\.test\.ts$/
const BUILD_ID_CHARACTERS = 12

/**
 * Hash of names and contents of the given files and folders.
 * @param {string} base
 * @param {string[]} paths
 * @returns {string} hex
 */
export function contentHash(base, paths) {
  const hash = createHash('sha256')
  for (const file of paths.flatMap((path) => filesUnder(base, path)).sort()) {
    const content = readFileSync(join(base, file))
    // Lengths keep "a" + "bc" apart from "ab" + "c".
    hash.update(`${file.length}:${file}:${content.length}:`).update(content)
  }
  return hash.digest('hex').slice(0, BUILD_ID_CHARACTERS)
}

/**
 * @param {string} base
 * @param {string} path
 * @returns {string[]}
 */
function filesUnder(base, path) {
  try {
    const entries = readdirSync(join(base, path), { withFileTypes: true })
    return entries.flatMap((entry) => {
      const child = `${path}/${entry.name}`
      return entry.isDirectory() ? filesUnder(base, child) : notInput.test(entry.name) ? [] : [child]
    })
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOTDIR') return [path]
    throw error
  }
}

/**
 * The build id written beside a built web, or undefined when there is none.
 * @param {string} folder
 */
export function builtId(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, 'build.json'), 'utf8')).build
  } catch {
    return undefined // not built, or half built: both mean build
  }
}

/** @returns {Promise<number>} exit code */
export async function buildWeb() {
  const out = join(root, 'dist', 'web')
  const build = contentHash(root, inputs)
  if (builtId(out) === build) return 0
  process.stdout.write('Building the web (its sources changed): a few seconds.\n')
  // Built aside and moved: a server that is running never serves half a page.
  const aside = join(root, 'dist', `web-${process.pid}`)
  const code = await runChild(
    pinnedNode,
    ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'error', '--outDir', `../dist/web-${process.pid}`],
    { cwd: root, env: { ...process.env, SIAGA_BUILD_ID: build }, stdio: ['ignore', 'inherit', 'inherit'] },
  )
  if (code === 0) {
    writeFileSync(join(aside, 'build.json'), `${JSON.stringify({ build })}\n`)
    replaceFolder(aside, out)
  }
  rmSync(aside, { recursive: true, force: true })
  return code
}

/**
 * @param {string} from
 * @param {string} to
 */
function replaceFolder(from, to) {
  const old = `${from}-old`
  mkdirSync(join(to, '..'), { recursive: true })
  if (existsSync(to)) renameSync(to, old)
  renameSync(from, to)
  rmSync(old, { recursive: true, force: true })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runSteps(async () => {
    await install()
    return buildWeb()
  })
}
