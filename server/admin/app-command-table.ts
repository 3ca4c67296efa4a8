/** The commands for applications, as the command line knows them. */
import type { BadRow } from '../registry/import.ts'
import { announceMaintenance, importAppsFrom, issueAppToken, listApps, removeApp } from './app-commands.ts'
import { type Answer, type Command, credentialAnswer, operand, requiredOption, timeOption } from './command.ts'
import { EXIT_DATA } from './failures.ts'
import { readInput } from './input.ts'
import { formatWib, iso, parseTime } from './times.ts'

export const appTable: readonly Command[] = [
  {
    name: 'apps import',
    operands: ['FILE'],
    options: {},
    summary: 'take applications from CSV or JSON ("-" reads standard input): id, name, opd, and what is optional',
    run: (admin, call) => importAnswer(importAppsFrom(admin, readInput(operand(call, 0)))),
  },
  {
    name: 'apps list',
    reads: true,
    operands: [],
    options: {},
    summary: 'list the registered applications',
    run(admin) {
      const apps = listApps(admin)
      const lines = apps.map((app) => `${app.id}\t${app.name}\t${app.opd}\tevery ${app.intervalS} s + ${app.graceS} s`)
      return { value: apps, text: lines.join('\n') || 'no applications: import some with "apps import FILE"' }
    },
  },
  {
    name: 'app token',
    operands: ['ID'],
    options: {},
    summary: 'issue the token of an application (MQTT password and HTTP bearer token); the old one ends',
    run: (admin, call) => credentialAnswer(issueAppToken(admin, operand(call, 0))),
  },
  {
    name: 'app maintenance',
    operands: ['ID'],
    options: {
      from: { value: 'TIME', summary: 'when it begins; now when left out' },
      until: { value: 'TIME', summary: 'when it ends', required: true },
      reason: { value: 'TEXT', summary: 'shown on the wall', required: true },
    },
    summary: 'plan a maintenance window, in which silence is no alarm',
    run(admin, call) {
      const window = announceMaintenance(admin, {
        app: operand(call, 0),
        fromMs: timeOption(call, 'from') ?? admin.nowMs(),
        untilMs: parseTime('--until', requiredOption(call, 'until')),
        reason: requiredOption(call, 'reason'),
      })
      const { app, fromMs, untilMs, reason } = window
      return {
        value: { app, from: iso(fromMs), until: iso(untilMs), reason },
        text: `${app}: maintenance ${formatWib(fromMs)} to ${formatWib(untilMs)}, ${reason}`,
      }
    },
  },
  {
    name: 'app remove',
    operands: ['ID'],
    options: {},
    summary: 'take an application out of the registry and end its token; its history stays',
    run(admin, call) {
      const id = operand(call, 0)
      removeApp(admin, id)
      return { value: { id, removed: true }, text: `${id} removed` }
    },
  },
]

function importAnswer(outcome: ReturnType<typeof importAppsFrom>): Answer {
  if (!outcome.ok) return { value: outcome, text: badRowsText(outcome.badRows), exitCode: EXIT_DATA }
  const { added, updated, unchanged, ignoredColumns } = outcome
  const ignored = ignoredColumns.length > 0 ? `\nignored columns: ${ignoredColumns.join(', ')}` : ''
  return { value: outcome, text: `${added} added, ${updated} updated, ${unchanged} unchanged${ignored}` }
}

function badRowsText(badRows: readonly BadRow[]): string {
  const lines = badRows.map(({ line, column, value, reason }) => {
    const cell = [column, value && `"${value}"`].filter(Boolean).join(' ')
    return `  line ${line}: ${cell}${cell && ': '}${reason}`
  })
  return `nothing was imported:\n${lines.join('\n')}`
}
