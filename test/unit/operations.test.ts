/** docs/operations.md and the units of deploy/ name only what there is: scripts, settings, administration, commands, files. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CommandRequest } from '#contract/command.ts'
import { brokerShape } from '../../broker/settings.ts'
import { doorShape, enrolShape } from '../../edge/settings.ts'
import { commands } from '../../server/admin/commands.ts'
import { serverShape } from '../../server/settings.ts'

const root = join(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const files = ['docs/operations.md', ...readdirSync(join(root, 'deploy')).map((name) => `deploy/${name}`)]
const settings = new Set(Object.keys({ ...brokerShape, ...serverShape, ...doorShape, ...enrolShape }))
const found = (text: string, pattern: RegExp) => [
  ...new Set([...text.matchAll(pattern)].map((match) => match[1] ?? '')),
]

describe.each(files)('%s', (file) => {
  const text = read(file)

  it('names settings that a process reads', () => {
    const named = found(text, /\b(SIAGA_[A-Z_]+[A-Z])\b/g).map((name) => name.replace(/_FILE$/, ''))
    expect(named.length).toBeGreaterThan(0)
    expect(named.filter((name) => !settings.has(name))).toEqual([])
  })

  it('names files that are in the repository', () => {
    const named = found(
      text,
      /(?<![\w/.])(?:\/opt\/siaga\/)?((?:deploy|docs|edge|broker|server|scripts)\/[\w./-]+\.\w+)/g,
    )
    expect(named.length).toBeGreaterThan(0)
    expect(named.filter((name) => !existsSync(join(root, name)))).toEqual([])
  })
})

describe('docs/operations.md', () => {
  const text = read('docs/operations.md')

  it('names scripts of package.json', () => {
    const named = found(text, /npm run (?:-s )?([\w:]+)/g)
    const { scripts } = JSON.parse(read('package.json'))
    expect(named).toContain('build:gpio')
    expect(named.filter((name) => !(name in scripts))).toEqual([])
  })

  it('names commands of the administration', () => {
    const known = ['help', ...commands.map(({ name }) => name)]
    const named = found(text, /admin -- ([a-z][a-z -]*)/g)
    expect(named.length).toBeGreaterThan(3)
    expect(named.filter((words) => !known.some((name) => `${words} `.startsWith(`${name} `)))).toEqual([])
  })

  it('shows commands that a door takes', () => {
    const shown = found(text, /(\{"kind":[^']*?\})[`']/g)
    expect(shown).toHaveLength(2)
    for (const json of shown) expect(CommandRequest.safeParse(JSON.parse(json)).success, json).toBe(true)
  })

  it('links to files that are there', () => {
    const linked = found(text, /\]\(([^)#]+)\)/g)
    expect(linked.length).toBeGreaterThan(0)
    expect(linked.filter((path) => !existsSync(join(root, 'docs', path)))).toEqual([])
  })
})
