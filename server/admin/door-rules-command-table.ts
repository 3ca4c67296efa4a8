/** The command for the rules of a door, as the command line knows it. */
import type { z } from 'zod'
import { DoorRules } from '#contract/access-list.ts'
import { buildAccessList, listContent } from '../access/access-list.ts'
import { readDoorPolicy } from '../access/door-policy.ts'
import { type DoorRulesSet, DoorRulesSet as RulesSchema } from '../access/door-rules-table.ts'
import { nextNumber } from '../access/list-numbers.ts'
import { listLimits, sizeOf } from '../access/list-size.ts'
import type { Admin } from './admin.ts'
import { type Answer, type Call, type Command, onOrOff, operand } from './command.ts'
import { usageError } from './failures.ts'
import { requireDoor } from './known.ts'
import { changeLists } from './list-change.ts'

const onOff = 'on|off'

export const doorRulesTable: readonly Command[] = [
  {
    name: 'door rules',
    operands: ['DOOR'],
    options: {
      'score-min': { value: 'N', summary: 'a match that is less alike is a wrong attempt' },
      'two-person': { value: onOff, summary: 'two different people within 15 s open, one alone does not' },
      'anti-passback': {
        value: 'off|soft|timed',
        summary: 'entering again: allowed, allowed and told, refused for a while',
      },
      'anti-passback-minutes': { value: 'N', summary: 'how long a while is' },
      interlock: { value: onOff, summary: 'shut while the other door of a lock stands open' },
      lockdown: { value: onOff, summary: 'only people with the role lockdown enter' },
      'escort-s': { value: 'N', summary: 'seconds after an entry in which a visitor may follow' },
    },
    summary: 'show the rules of a door and how full its list is, or change some of them',
    run: doorRules,
  },
]

function doorRules(admin: Admin, call: Call): Answer {
  const door = operand(call, 0)
  requireDoor(admin, door)
  const asked = rulesOf(call)
  const before = admin.rules.of(door)
  if (Object.keys(asked).length > 0) changeLists(admin, () => admin.rules.put(door, { ...before, ...asked }))
  const rules = DoorRules.parse(admin.rules.of(door))
  const list = sizeIn(admin, door)
  const undo = undoCommand(door, asked, DoorRules.parse(before))
  const lines = Object.entries(rules).map(([name, value]) => `${optionOf(name)}\t${wordOf(value)}`)
  const room = `access list\t${list.payloadBytes} of ${listLimits.payloadBytes} bytes, ${list.people} people`
  return {
    value: { door, rules, list, ...(undo && { undo }) },
    text: [...lines, room, ...(undo ? [`undo: ${undo}`] : [])].join('\n'),
  }
}

function rulesOf(call: Call): DoorRulesSet {
  const written = {
    scoreMin: numberOption(call, 'score-min'),
    twoPerson: onOrOff(call, 'two-person'),
    antiPassback: call.options['anti-passback'],
    antiPassbackMinutes: numberOption(call, 'anti-passback-minutes'),
    interlock: onOrOff(call, 'interlock'),
    lockdown: onOrOff(call, 'lockdown'),
    escortS: numberOption(call, 'escort-s'),
  } satisfies Record<keyof DoorRules, unknown>
  const given = Object.fromEntries(Object.entries(written).filter(([, value]) => value !== undefined))
  const rules = RulesSchema.safeParse(given)
  if (!rules.success) throw usageError(wrongRules(rules.error))
  // The schema fills in defaults: only what was said is a change.
  return Object.fromEntries(Object.entries(rules.data).filter(([name]) => name in given))
}

function wrongRules(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `--${optionOf(String(path[0]))}: ${message}`).join('\n')
}

function numberOption({ options }: Call, name: string): number | undefined {
  const written = options[name]
  if (written === undefined) return undefined
  if (/^\d+$/.test(written)) return Number(written)
  throw usageError(`--${name} "${written}" is no whole number`)
}

function sizeIn(admin: Admin, door: string) {
  const nowMs = admin.nowMs()
  const content = listContent(readDoorPolicy(admin, door), nowMs)
  const { payloadBytes } = sizeOf(buildAccessList({ door, content, number: nextNumber(undefined, nowMs), nowMs }))
  return { payloadBytes, people: content.people.length }
}

function undoCommand(door: string, asked: DoorRulesSet, before: DoorRules): string | undefined {
  const words = Object.keys(asked).map((name) => ` --${optionOf(name)} ${wordOf(before[name as keyof DoorRules])}`)
  return words.length > 0 ? `door rules ${door}${words.join('')}` : undefined
}

/** `twoPerson` is `--two-person`. */
function optionOf(rule: string): string {
  return rule.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

function wordOf(value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  return String(value)
}
