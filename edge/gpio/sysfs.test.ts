import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { headerBase } from './sysfs.ts'

function classDirectory(chips: Record<string, string>) {
  const directory = mkdtempSync(join(tmpdir(), 'siaga-sysfs-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  for (const [base, label] of Object.entries(chips)) {
    mkdirSync(join(directory, `gpiochip${base}`))
    writeFileSync(join(directory, `gpiochip${base}`, 'base'), `${base}\n`)
    writeFileSync(join(directory, `gpiochip${base}`, 'label'), `${label}\n`)
  }
  writeFileSync(join(directory, 'export'), '')
  return directory
}

it.each([
  ['before kernel 6.6', { 0: 'pinctrl-bcm2835', 128: 'raspberrypi-exp-gpio' }, 0],
  ['since kernel 6.6', { 512: 'pinctrl-bcm2711', 570: 'raspberrypi-exp-gpio' }, 512],
  ['where another chip comes first', { 504: 'raspberrypi-exp-gpio', 512: 'pinctrl-bcm2835' }, 512],
])('finds the header %s', (_, chips, base) => {
  expect(headerBase(classDirectory(chips))).toBe(base)
})

it('names the chips it found when none is the header', () => {
  expect(() => headerBase(classDirectory({ 0: 'gpio-mockup-A' }))).toThrow('chips: gpio-mockup-A')
  expect(() => headerBase(classDirectory({}))).toThrow('chips: none')
})

it('points to the character device where there is no sysfs', () => {
  expect(() => headerBase('/nowhere/gpio')).toThrow('Set SIAGA_GPIO=cdev')
})
