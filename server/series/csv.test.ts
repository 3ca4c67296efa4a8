import { describe, expect, test } from 'vitest'
import { toCsv } from './csv.ts'

describe('csv', () => {
  test('lines end with CRLF and numbers stay numbers', () => {
    expect(toCsv({ columns: ['time', 'app', 'value'], rows: [['2026-11-24T00:00:00.000Z', 'simrs', -1.5]] })).toBe(
      'time,app,value\r\n2026-11-24T00:00:00.000Z,simrs,-1.5\r\n',
    )
  })

  test('quotes, commas and line ends are quoted', () => {
    expect(toCsv({ columns: ['a"b', 'c,d', 'e\r\nf'], rows: [] })).toBe('"a""b","c,d","e\r\nf"\r\n')
  })

  test.each(['=1+1', '+1', '-app', '@SUM(A1)', '\tx', '\rx'])('%j does not run as a formula', (text) => {
    expect(toCsv({ columns: [text], rows: [] })).toMatch(/^"?'/)
  })
})
