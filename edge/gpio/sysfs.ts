/** Where the kernel's sysfs class puts the header's lines (Documentation/ABI/obsolete/sysfs-gpio). */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LinesError } from './lines-error.ts'
import { headerChipLabels } from './wiring.ts'

export const SYSFS_DIRECTORY = '/sys/class/gpio'

/**
 * The number of GPIO0: 0 on kernels before 6.6, 512 or another one since, and another chip may come first.
 * @throws LinesError when there is no such class or no such chip, saying what to set instead
 */
export function headerBase(directory = SYSFS_DIRECTORY): number {
  const chips = chipsIn(directory)
  const header = chips.find(({ label }) => headerChipLabels.includes(label))
  if (header) return header.base
  const seen = chips.map(({ label }) => label).join(', ') || 'none'
  throw new LinesError(
    `SIAGA_GPIO is "onoff", and no chip in ${directory} is the header of a Raspberry Pi (chips: ${seen}). Expected one of ${headerChipLabels.join(', ')}.`,
  )
}

function chipsIn(directory: string): { label: string; base: number }[] {
  const read = (chip: string, file: string) => readFileSync(join(directory, chip, file), 'utf8').trim()
  try {
    return readdirSync(directory)
      .filter((name) => name.startsWith('gpiochip'))
      .map((chip) => ({ label: read(chip, 'label'), base: Number(read(chip, 'base')) }))
  } catch (error) {
    throw new LinesError(
      `SIAGA_GPIO is "onoff", and ${directory} cannot be read (${error instanceof Error ? error.message : String(error)}): this kernel has no sysfs GPIO class, as on a Raspberry Pi 5. Set SIAGA_GPIO=cdev.`,
    )
  }
}
