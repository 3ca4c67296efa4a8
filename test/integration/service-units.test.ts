/** The units of deploy/ as systemd understands them, and how much each leaves open (systemd-analyze(1)). */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { root, runProgram } from '../harness/process.ts'
import { describeWith, programOf } from '../harness/system-packages.ts'
import { temporaryDirectory } from '../harness/temporary.ts'

const directory = join(root, 'deploy')
const units = readdirSync(directory).filter((name) => name.endsWith('.service'))
/** Tenths, of 10 at worst. The door needs devices, sysfs and the kernel's word on its clock. */
const exposureMax: Readonly<Record<string, string>> = { 'siaga-door.service': '25' }
const EXPOSURE_MAX = '20'

/** As installed, but where this repository lies: systemd looks whether the programs are there. */
function installed(): (unit: string) => string {
  const place = temporaryDirectory()
  for (const unit of units) {
    const text = readFileSync(join(directory, unit), 'utf8').replaceAll('/opt/siaga', root)
    writeFileSync(join(place, unit), text)
  }
  return (unit) => join(place, unit)
}

describeWith(['systemd'], 'service units', () => {
  it('are understood without a word of complaint', async () => {
    const args = ['verify', '--man=no', '--recursive-errors=no', ...units.map(installed())]
    expect(await runProgram(programOf('systemd'), args)).toEqual({ code: 0, output: '' })
  })

  it.each(units)('%s leaves little open', async (unit) => {
    const threshold = `--threshold=${exposureMax[unit] ?? EXPOSURE_MAX}`
    const { code, output } = await runProgram(programOf('systemd'), [
      'security',
      '--offline=yes',
      threshold,
      installed()(unit),
    ])
    expect(code, output).toBe(0)
  })
})
