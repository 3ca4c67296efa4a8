/** A planted violation of each kind must fail: rules that match nothing would look just as green. */
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryDirectory } from '../harness/temporary.ts'

const root = join(import.meta.dirname, '../..')
const planted = [
  ['edge-stands-alone', 'edge/door/a.ts', '../../server/build.ts'],
  ['server-reads-only-the-journal', 'server/live/b.ts', '../../broker/journal/writer.ts'],
  ['contract-is-pure', 'broker/contract/c.ts', 'node:fs'],
  ['judgements-are-pure', 'server/monitor/d.ts', 'node:fs'],
  ['web-runs-in-a-browser', 'web/lib/e.ts', '../../server/build.ts'],
  ['production-knows-no-test', 'server/live/f.ts', '../../test/harness/until.ts'],
  ['one-importer-of-serialport', 'edge/door/g.ts', 'serialport'],
  ['one-importer-of-onoff', 'edge/guard/k.ts', 'onoff'],
  ['one-importer-of-koffi', 'edge/gpio/l.ts', 'koffi'],
  ['one-importer-of-aedes', 'server/live/h.ts', 'aedes'],
  ['only-main-starts-an-app', 'server/live/i.ts', '../app.ts'],
  ['no-cycles', 'server/live/j.ts', './j.ts'],
] as const
const imported = ['server/build.ts', 'broker/journal/writer.ts', 'test/harness/until.ts', 'server/app.ts']

it('each dependency rule catches its planted violation', () => {
  const tree = temporaryDirectory()
  const write = (file: string, source: string) => {
    mkdirSync(dirname(join(tree, file)), { recursive: true })
    writeFileSync(join(tree, file), source)
  }
  for (const file of ['.dependency-cruiser.mjs', 'tsconfig.json', 'package.json'])
    copyFileSync(join(root, file), join(tree, file))
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'))
  for (const file of imported) write(file, 'export {}\n')
  for (const [, file, target] of planted) write(file, `import '${target}'\n`)

  const args = [
    '--config',
    '.dependency-cruiser.mjs',
    '--output-type',
    'err',
    'broker',
    'edge',
    'server',
    'web',
    'test',
  ]
  const { stdout } = spawnSync(join(root, 'node_modules/.bin/depcruise'), args, { cwd: tree, encoding: 'utf8' })
  for (const [rule, file] of planted) expect(stdout).toMatch(new RegExp(`${rule}[^\\n]*${file}`))
}, 60_000)
