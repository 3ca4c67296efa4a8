/** What a benchmark found: a table for people, JSON for comparison, and goals met or not. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { join } from 'node:path'

export type Cell = string | number

export interface Table {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

export interface Goal {
  readonly text: string
  readonly measured: string
  readonly met: boolean
}

export interface Report {
  readonly tables: readonly Table[]
  readonly goals: readonly Goal[]
  /** Everything measured, round by round. */
  readonly raw: unknown
}

/** Git-ignored. */
const RESULTS_FOLDER = '.cache/bench'

/** @returns path of the JSON file */
export function writeReport(name: string, report: Report, circumstances: Circumstances): string {
  mkdirSync(RESULTS_FOLDER, { recursive: true })
  const path = join(RESULTS_FOLDER, `${name}-${circumstances.startedAt.replaceAll(':', '')}.json`)
  writeFileSync(path, `${JSON.stringify({ name, ...circumstances, endedLoad: loadavg(), ...report }, null, 2)}\n`)
  return path
}

export interface Circumstances {
  readonly startedAt: string
  readonly node: string
  readonly cores: number
  readonly quick: boolean
  /** Load averages of 1, 5 and 15 minutes before the first round. */
  readonly startedLoad: readonly number[]
}

export function circumstances(quick: boolean): Circumstances {
  return {
    startedAt: new Date().toISOString(),
    node: process.version,
    cores: availableParallelism(),
    quick,
    startedLoad: loadavg(),
  }
}

export function printReport(report: Report): void {
  for (const table of report.tables) process.stdout.write(`\n${formatTable(table)}\n`)
  for (const { text, measured, met } of report.goals) {
    process.stdout.write(`${met ? 'met    ' : 'MISSED '} ${text}: ${measured}\n`)
  }
}

export function formatTable({ title, columns, rows }: Table): string {
  const lines = [columns, ...rows].map((row) => row.map(String))
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)))
  const text = lines.map((line) =>
    line
      .map((cell, index) => (index === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[index] ?? 0)))
      .join('  '),
  )
  return [title, ...text].join('\n')
}
