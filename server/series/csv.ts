/** Comma-separated values (RFC 4180) of an answer, safe to open in a spreadsheet (OWASP: CSV injection). */
import type { Cell, SeriesAnswer } from './store.ts'

/** A cell that begins so would run as a formula. */
const FORMULA = /^[=+\-@\t\r]/

/** Header and rows, each line ended by CRLF. */
export function toCsv({ columns, rows }: Pick<SeriesAnswer, 'columns' | 'rows'>): string {
  return [columns, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}

function cell(value: Cell): string {
  if (typeof value === 'number') return String(value)
  const text = FORMULA.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
