/**
 * Applications from a CSV file or a JSON array. Either every row is good and all are taken in one transaction, or
 * nothing is written and every bad row is named.
 */
import { z } from 'zod'
import { Id } from '#contract/identifiers.ts'
import type { AppEntry } from './apps.ts'
import { transaction } from './core-db.ts'
import { parseCsv } from './csv.ts'
import { findRegion, regions } from './regions.ts'
import type { Registry } from './registry.ts'

export interface BadRow {
  /** Line of a CSV file, or number of an entry in a JSON array, from 1. */
  readonly line: number
  readonly column: string
  /** As written; empty when missing. */
  readonly value: string
  readonly reason: string
}

export type ImportOutcome =
  | {
      readonly ok: true
      readonly added: number
      readonly updated: number
      readonly unchanged: number
      readonly ignoredColumns: readonly string[]
    }
  | { readonly ok: false; readonly badRows: readonly BadRow[] }

/** A row before it is checked: members by name. */
interface RawRow {
  readonly line: number
  readonly members: Readonly<Record<string, unknown>>
}

const WALL_NAME_LETTERS_MAX = 14
const DAY_S = 86_400

const words = (max: number) =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(max, `at most ${max} characters`)
    .regex(/^\P{Cc}*$/u, 'must be one line without control characters')
/** A number, or the digits of one: CSV knows only text. */
const whole = (min: number, max: number) =>
  z
    .union(
      [z.number(), z.string().trim().regex(/^\d+$/).transform(Number)],
      `must be a whole number from ${min} to ${max}`,
    )
    .refine(
      (value) => Number.isInteger(value) && value >= min && value <= max,
      `must be a whole number from ${min} to ${max}`,
    )
const region = z.string().transform((written, context) => {
  const found = findRegion(written)
  if (found) return found.id
  const known = regions.map(({ id }) => id).join(', ')
  context.addIssue({ code: 'custom', message: `is not one of the regions: ${known}` })
  return z.NEVER
})
const yesOrNo = z.union([
  z.boolean(),
  z.stringbool({ truthy: ['true', '1', 'yes', 'ya'], falsy: ['false', '0', 'no', 'tidak'] }),
])

const AppRow = z.object({
  id: z.string('must not be empty').trim().pipe(Id),
  name: words(200),
  wallName: words(WALL_NAME_LETTERS_MAX).optional(),
  opd: words(120),
  service: words(200).optional(),
  region: region.optional(),
  criticality: z
    .union(
      [z.literal([1, 2, 3]), z.enum(['1', '2', '3']).transform((digit) => (digit === '1' ? 1 : digit === '2' ? 2 : 3))],
      'must be 1, 2 or 3',
    )
    .optional(),
  intervalS: whole(1, DAY_S).optional(),
  graceS: whole(0, DAY_S).optional(),
  simulated: yesOrNo.optional(),
})
const columns = Object.keys(AppRow.shape)

/**
 * @param text a JSON array of objects, or CSV with a header; see `AppRow` for the columns
 * @param nowMs when new applications become known, epoch ms
 */
export function importApps(registry: Registry, text: string, nowMs: number): ImportOutcome {
  const read = readRows(text)
  if ('badRows' in read) return { ok: false, badRows: read.badRows }
  const checked = checkRows(read.rows)
  if (checked.badRows.length > 0) return { ok: false, badRows: checked.badRows }
  const counts = { added: 0, updated: 0, unchanged: 0 }
  transaction(registry.db, () => {
    for (const entry of checked.entries) counts[registry.apps.upsert(entry, nowMs)] += 1
  })
  return { ok: true, ...counts, ignoredColumns: read.columns.filter((column) => !columns.includes(column)) }
}

type ReadRows = { rows: RawRow[]; columns: string[] } | { badRows: BadRow[] }

function readRows(text: string): ReadRows {
  try {
    return /^\uFEFF?\s*[[{]/.test(text) ? readJson(text) : readCsv(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return badFile(error.message)
  }
}

function readJson(text: string): ReadRows {
  const parsed = z.array(z.record(z.string(), z.unknown())).safeParse(JSON.parse(text.replace(/^\uFEFF/, '')))
  if (!parsed.success) return badFile('must be a JSON array of objects, one an application')
  const rows = parsed.data.map((members, index) => ({
    line: index + 1,
    members: withoutEmpty(Object.entries(members)),
  }))
  return { rows, columns: [...new Set(parsed.data.flatMap(Object.keys))] }
}

function readCsv(text: string): ReadRows {
  const [header, ...body] = parseCsv(text)
  if (header === undefined) return badFile('the file holds no rows')
  const names = header.cells.map(canonicalColumn)
  const missing = ['id', 'name', 'opd'].filter((column) => !names.includes(column))
  if (missing.length > 0) {
    return badFile(`the header must name the columns id, name and opd; missing: ${missing.join(', ')}`, header.line)
  }
  const overlong = body.filter((row) => row.cells.length > names.length)
  if (overlong.length > 0) return { badRows: overlong.map(({ line, cells }) => overlongRow(line, cells, names.length)) }
  const rows = body.map(({ line, cells }) => ({
    line,
    members: withoutEmpty(names.map((name, index) => [name, cells[index]])),
  }))
  return { rows, columns: names }
}

/** A column by its name whatever its case and separators: "Interval_S" is intervalS. */
function canonicalColumn(written: string): string {
  const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '')
  return columns.find((column) => plain(column) === plain(written)) ?? written.trim()
}

/** An empty cell and a null say nothing, so the registry keeps what it has. */
function withoutEmpty(members: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  return Object.fromEntries(
    members.filter(
      ([, value]) => value !== undefined && value !== null && !(typeof value === 'string' && value.trim() === ''),
    ),
  )
}

function checkRows(rows: readonly RawRow[]): { entries: AppEntry[]; badRows: BadRow[] } {
  const entries: AppEntry[] = []
  const badRows: BadRow[] = []
  const lineOf = new Map<string, number>()
  for (const { line, members } of rows) {
    const parsed = AppRow.safeParse(members)
    if (!parsed.success) {
      badRows.push(...parsed.error.issues.map((issue) => badCell(line, members, issue)))
      continue
    }
    const first = lineOf.get(parsed.data.id)
    if (first !== undefined) {
      badRows.push({ line, column: 'id', value: parsed.data.id, reason: `stands already in line ${first}` })
      continue
    }
    lineOf.set(parsed.data.id, line)
    entries.push(parsed.data)
  }
  return { entries, badRows }
}

function badCell(line: number, members: RawRow['members'], issue: z.core.$ZodIssue): BadRow {
  const column = String(issue.path[0] ?? '')
  const value = members[column]
  if (value === undefined) return { line, column, value: '', reason: 'must not be empty' }
  return { line, column, value: typeof value === 'string' ? value : JSON.stringify(value), reason: issue.message }
}

function overlongRow(line: number, cells: readonly string[], width: number): BadRow {
  const value = cells.slice(width).join(' | ')
  return { line, column: '', value, reason: `${cells.length} cells, the header has ${width}: is a quote missing?` }
}

function badFile(reason: string, line = 1): { badRows: BadRow[] } {
  return { badRows: [{ line, column: '', value: '', reason }] }
}
