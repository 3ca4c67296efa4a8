import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatLine, parseLine, sharedPin } from './wiring.ts'

describe('wiring', () => {
  it('reads a BCM number, with ! for active low', () => {
    expect(parseLine('17')).toEqual({ bcm: 17, activeLow: false })
    expect(parseLine(' 0! ')).toEqual({ bcm: 0, activeLow: true })
    for (const wrong of ['', '54', '-1', '!17', '17!!', '1.5', 'GPIO17', '529'])
      expect(parseLine(wrong)).toBeUndefined()
  })

  it('writes a line as it is read', () => {
    const line = fc.record({ bcm: fc.integer({ min: 0, max: 53 }), activeLow: fc.boolean() })
    fc.assert(
      fc.property(line, (each) => {
        expect(parseLine(formatLine(each))).toEqual(each)
      }),
      { numRuns: 100, seed: 1 },
    )
  })

  it('names two lines on one pin', () => {
    const line = (bcm: number) => ({ bcm, activeLow: false })
    expect(sharedPin({ strike: line(17), contact: line(27), exit: undefined })).toBeUndefined()
    expect(sharedPin({ strike: line(17), fire: { bcm: 17, activeLow: true } })).toBe(
      'GPIO17 is given to strike and to fire',
    )
  })
})
