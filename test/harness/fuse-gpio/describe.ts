/**
 * For tests on a FUSE GPIO class, which need root, a mount namespace, /dev/fuse and onoff with its addon. Where one is
 * missing they are skipped loudly; with `CI` set they run and fail.
 */
import { spawnSync } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { beforeAll, describe } from 'vitest'
import { buildGpio } from '../../../scripts/build-gpio.mjs'
import { describeWith, type SystemPackage } from '../system-packages.ts'

/** Compiling takes 13 s alone on a machine. */
const BUILD_MS = 300_000

export function describeWithGpio(title: string, body: () => void, packages: readonly SystemPackage[] = []): void {
  const lack = process.env['CI'] ? undefined : lackOfMachine()
  if (lack) {
    process.stderr.write(`SKIPPED "${title}": ${lack}\n`)
    describe.skip(title, body)
    return
  }
  describeWith(['g++', 'make', 'python3', ...packages], title, () => {
    beforeAll(buildAddon, BUILD_MS)
    body()
  })
}

/** Does nothing when it is built. */
export async function buildAddon(): Promise<void> {
  const problem = await buildGpio()
  if (problem) throw new Error(problem)
}

function lackOfMachine(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root may mount. Run it as root, for example in a container.'
  if (spawnSync('unshare', ['--mount', 'true']).status !== 0) {
    return 'no mount namespace can be made: a container needs the capability SYS_ADMIN.'
  }
  try {
    closeSync(openSync('/dev/fuse', 'r+'))
    return undefined
  } catch (error) {
    return `/dev/fuse cannot be opened (${error instanceof Error ? error.message : error}): modprobe fuse, or start the container with --device /dev/fuse.`
  }
}
