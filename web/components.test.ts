import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type AST, parse } from 'svelte/compiler'
import { describe, expect, test } from 'vitest'

const root = import.meta.dirname
const components = globSync('**/*.svelte', { cwd: root })

/** Every object in the tree that has a `type`, whatever its place. */
function* nodes(tree: unknown): Generator<Record<string, unknown>> {
  if (typeof tree !== 'object' || tree === null) return
  if (Array.isArray(tree)) {
    for (const child of tree) yield* nodes(child)
    return
  }
  const node = { ...tree } as Record<string, unknown>
  if (typeof node['type'] === 'string') yield node
  for (const child of Object.values(node)) yield* nodes(child)
}

/** What a component may not contain, with its place in the source. */
function faultsOf(source: string): string[] {
  const root: AST.Root = parse(source, { modern: true })
  const faults: string[] = []
  for (const node of nodes(root.fragment)) {
    if (node['type'] === 'HtmlTag') faults.push(`{@html} at ${String(node['start'])}`)
    if (node['type'] === 'EachBlock' && !('key' in node && node['key']))
      faults.push(`unkeyed {#each} at ${String(node['start'])}`)
  }
  if (!source.includes('<script lang="ts">')) faults.push('no <script lang="ts">')
  return faults
}

test('the rule finds what it forbids', () => {
  const faulty = '{@html x}{#each [1] as one}{one}{/each}'
  expect(faultsOf(faulty)).toHaveLength(3)
})

describe('no component writes raw HTML or loops without a key', () => {
  test.each(components)('%s', (file) => expect(faultsOf(readFileSync(join(root, file), 'utf8'))).toEqual([]))
})
