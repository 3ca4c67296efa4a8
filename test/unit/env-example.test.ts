/** .env.example lists every setting of every process, with its true default, and nothing else. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { z } from 'zod'
import { brokerShape } from '../../broker/settings.ts'
import { doorShape, enrolShape } from '../../edge/settings.ts'
import { serverShape } from '../../server/settings.ts'

const text = readFileSync(join(import.meta.dirname, '../../.env.example'), 'utf8')
const listed = new Map([...text.matchAll(/^#?(SIAGA_\w+)=(.*)$/gm)].map((match) => [match[1], match[2]]))
const shapes: Record<string, z.ZodType> = { ...brokerShape, ...serverShape, ...doorShape, ...enrolShape }

it('.env.example names exactly the settings there are', () => {
  expect([...listed.keys()].sort()).toEqual(Object.keys(shapes).sort())
})

it('.env.example shows each default as it is', () => {
  for (const [name, schema] of Object.entries(shapes)) {
    const unset = schema.safeParse(undefined)
    if (!unset.success || unset.data === undefined) continue
    const shown = schema.safeParse(listed.get(name))
    expect(shown.success && shown.data, name).toEqual(unset.data)
  }
})
