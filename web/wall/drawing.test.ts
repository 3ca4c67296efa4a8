import { describe, expect, test } from 'vitest'
import { dayStrip, sparklinePath } from './drawing.ts'

const box = { width: 100, height: 40 }

describe('sparklinePath', () => {
  test('draws nothing when nothing was heard', () => expect(sparklinePath([null, null], box)).toBe(''))

  test('leaves a gap where nothing was heard', () => {
    expect(sparklinePath([100, 100, null, 100, 100], box)).toBe('M0.0 20.0L25.0 20.0M75.0 20.0L100.0 20.0')
  })

  test('a single minute between gaps stays visible', () => {
    expect(sparklinePath([null, 100, null], box)).toBe('M50.0 20.0h20.0')
  })

  test('stays inside the box, and a small ripple stays small', () => {
    const heights = (values: number[]) =>
      [...sparklinePath(values, box).matchAll(/ (-?[\d.]+)/g)].map((hit) => Number(hit[1]))
    const wild = heights([1, 5000, 1, 700])
    expect(Math.min(...wild)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...wild)).toBeLessThanOrEqual(40)
    const ripple = heights([100, 105, 100])
    expect(Math.max(...ripple) - Math.min(...ripple)).toBeLessThan(5)
  })
})

describe('dayStrip', () => {
  test('joins cells of one tone, makes trouble taller and leaves unknown times empty', () => {
    const strip = dayStrip([null, 'up', 'late', 'down', 'new'])
    expect(strip).toEqual([
      { tone: 'quiet', path: 'M5 4h4v6h-4zM10 4h4v6h-4z' },
      { tone: 'down', path: 'M15 0h4v10h-4z' },
    ])
  })
})
