/**
 * For tests that need a program of a Debian package (scripts/system-packages.mjs). Where it is missing they are
 * skipped loudly; with `CI` set they run and fail, so a machine without it never looks like a pass.
 */
import { describe } from 'vitest'
import { findProgram, installCommand, systemPackages } from '../../scripts/system-packages.mjs'

export type SystemPackage = keyof typeof systemPackages

/** Full path of the program a package brings. @throws Error that says how to install it */
export function programOf(name: SystemPackage): string {
  const program = findProgram(systemPackages[name])
  if (!program) throw new Error(`${systemPackages[name]} is not on this machine: ${installCommand([name])}`)
  return program
}

/** `describe` of tests that need these packages. */
export function describeWith(packages: readonly SystemPackage[], title: string, body: () => void): void {
  const missing = packages.filter((name) => !findProgram(systemPackages[name]))
  if (missing.length === 0 || process.env['CI']) {
    describe(title, body)
    return
  }
  process.stderr.write(`SKIPPED "${title}": ${missing.join(', ')} missing. ${installCommand([...missing])}\n`)
  describe.skip(title, body)
}
