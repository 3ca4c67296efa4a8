/** Reads the columns of a SQLite row, held to the type the schema promises. */
import type { SQLOutputValue } from 'node:sqlite'

export type Row = Readonly<Record<string, SQLOutputValue>>

/** @throws TypeError when the column is missing or of another type: the file is not of this schema */
export function text(row: Row, column: string): string {
  const value = row[column]
  if (typeof value !== 'string') throw wrongType(column, 'text', value)
  return value
}

export function textOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : text(row, column)
}

/** @throws TypeError when the column is missing or of another type: the file is not of this schema */
export function integer(row: Row, column: string): number {
  const value = row[column]
  if (typeof value !== 'number') throw wrongType(column, 'an integer', value)
  return value
}

export function integerOrNull(row: Row, column: string): number | null {
  return row[column] === null ? null : integer(row, column)
}

function wrongType(column: string, expected: string, value: unknown): TypeError {
  return new TypeError(`column ${column} holds ${typeof value}, not ${expected}: is this another program's database?`)
}
