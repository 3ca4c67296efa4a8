/** What a production machine installs (ADR 16): no tool of development, no peer missing, and no package more than is known. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

interface Locked {
  readonly dev?: true
  readonly devOptional?: true
  readonly optional?: true
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

/** Those of every platform; one more is a decision, and ADR 16 is where it is told. */
const PACKAGES_MAX = 217

const lock: { packages: Record<string, Locked> } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8'),
)
const locked = Object.entries(lock.packages).filter(([path]) => path !== '')
const production = locked.filter(([, { dev, devOptional }]) => !dev && !devOptional)
const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)

it('holds what is known, and no tool of development', () => {
  const required = production.filter(([, { optional }]) => !optional)
  expect(required.length).toBeLessThanOrEqual(PACKAGES_MAX)
  const names = production.map(([path]) => nameOf(path))
  for (const tool of ['vite', 'vitest', 'svelte', 'typescript', 'happy-dom', 'playwright-core', 'oidc-provider']) {
    expect(names).not.toContain(tool)
  }
})

it('has each peer that a package cannot do without, though npm is told not to look for them', () => {
  const names = new Set(locked.map(([path]) => nameOf(path)))
  const missing = production.flatMap(([path, { peerDependencies = {}, peerDependenciesMeta = {} }]) =>
    Object.keys(peerDependencies)
      .filter((peer) => !peerDependenciesMeta[peer]?.optional && !names.has(peer))
      .map((peer) => `${nameOf(path)} needs ${peer}`),
  )
  expect(missing).toEqual([])
})
