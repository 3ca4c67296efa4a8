import { describe, expect, test } from 'vitest'
import {
  alignPoints,
  bandsOf,
  seriesAddress,
  stateAt,
  summarise,
  type TransitionAnswer,
  valuesByTime,
} from './history.ts'

const at = (minute: number) => new Date(minute * 60_000).toISOString()
const period = { fromMs: 0, toMs: 600_000 }

function change(minute: number, from: 'up' | 'down', to: 'up' | 'down'): TransitionAnswer['transitions'][number] {
  return { id: minute, from, to, cause: 'heartbeat', at: at(minute), declaredAt: at(minute), message: '' }
}

describe('points', () => {
  test('columns are found by name, times may be ISO or epoch ms', () => {
    const rows = [
      ['sipd', at(1), 10],
      ['sipd', 120_000, 20],
      ['sipd', at(3), null],
    ]
    expect([...valuesByTime({ columns: ['app', 'time', 'value'], rows })]).toEqual([
      [60_000, 10],
      [120_000, 20],
    ])
  })

  test('silence becomes null on an even grid, so the line breaks', () => {
    const mean = new Map([
      [0, 5],
      [180_000, 7],
    ])
    expect(alignPoints(mean, new Map([[0, 9]]), 60_000)).toEqual({
      atMs: [0, 60_000, 120_000, 180_000],
      mean: [5, null, null, 7],
      p95: [9, null, null, null],
    })
  })

  test('nothing heard is nothing drawn', () => {
    expect(alignPoints(new Map(), new Map(), 60_000).atMs).toEqual([])
  })
})

describe('bands', () => {
  test('fill the period from the state before it', () => {
    const bands = bandsOf({ before: 'up', transitions: [change(3, 'up', 'down'), change(4, 'down', 'up')] }, period)
    expect(bands).toEqual([
      { state: 'up', fromMs: 0, toMs: 180_000 },
      { state: 'down', fromMs: 180_000, toMs: 240_000 },
      { state: 'up', fromMs: 240_000, toMs: 600_000 },
    ])
    expect(stateAt(bands, 180_000)).toBe('down')
    expect(stateAt(bands, 600_000)).toBeNull()
  })

  test('begin with the first transition of an application not known before', () => {
    expect(bandsOf({ before: null, transitions: [change(5, 'down', 'up')] }, period)).toEqual([
      { state: 'up', fromMs: 300_000, toMs: 600_000 },
    ])
  })

  test('no knowledge, no band', () => expect(bandsOf({ before: null, transitions: [] }, period)).toEqual([]))

  test('the summary adds up to the period', () => {
    const bands = bandsOf({ before: 'up', transitions: [change(3, 'up', 'down'), change(4, 'down', 'up')] }, period)
    const { inState, meanMs, worstP95Ms } = summarise({ mean: [10, null, 20], p95: [30, null, 40] }, bands)
    expect([meanMs, worstP95Ms]).toEqual([15, 40])
    expect([...inState.values()].reduce((sum, ms) => sum + ms)).toBe(600_000)
  })
})

test('the address names measurement, function, application, period and step', () => {
  const address = seriesAddress({ app: 'sipd', period, step: { name: '5m', ms: 300_000 } }, 'p95', 'csv')
  expect(Object.fromEntries(new URLSearchParams(address.split('?')[1]))).toEqual({
    measurement: 'heartbeat',
    field: 'latencyMs',
    fn: 'p95',
    where: 'app:sipd',
    by: 'app',
    from: '1970-01-01T00:00:00.000Z',
    to: '1970-01-01T00:10:00.000Z',
    every: '5m',
    format: 'csv',
  })
})
