import { describe, expect, test } from 'vitest'
import { AppState } from '../../broker/contract/states.ts'
import { countStates } from './counters.ts'

describe('countStates', () => {
  test('late counts as normal, new stands outside, and nothing is lost', () => {
    const counters = countStates(AppState.options.map((state) => ({ state })))
    expect(counters).toEqual({ down: 1, degraded: 1, unknown: 1, maintenance: 1, normal: 2, added: 1 })
  })
})
