/** What of a child's output reaches the terminal: faults, briefly. Everything goes to its log file. */
import { z } from 'zod'

/** The members of a pino line that are used. */
const LogLine = z.object({
  level: z.number(),
  msg: z.string().default(''),
  err: z.object({ message: z.string() }).optional(),
})

const LEVEL_ERROR = 50
const LINE_CHARACTERS_MAX = 200
/** One line of each kind in this time: a fault that repeats is said, not shouted. */
const REPEAT_MS = 30_000
/** Kinds remembered at most; a child with more different errors than that may repeat itself. */
const KINDS_MAX = 100

/** The words for the terminal, or undefined for a line that is only logged. */
export function faultInLine(line: string): string | undefined {
  if (line.trim() === '') return undefined
  let json: unknown
  try {
    json = JSON.parse(line)
  } catch {
    // Not a log line: a crash of the process itself, or a warning of Node.
    return /^\w*Error\b|^[a-z]+: /.test(line) ? line.slice(0, LINE_CHARACTERS_MAX) : undefined
  }
  const parsed = LogLine.safeParse(json)
  if (!parsed.success || parsed.data.level < LEVEL_ERROR) return undefined
  const { msg, err } = parsed.data
  return [msg, err?.message].filter(Boolean).join(': ').slice(0, LINE_CHARACTERS_MAX)
}

/** Lets a text through once in a while. */
export function createRepeatFilter(): (text: string, nowMs: number) => boolean {
  const shownMs = new Map<string, number>()
  return (text, nowMs) => {
    const last = shownMs.get(text)
    if (last !== undefined && nowMs - last < REPEAT_MS) return false
    if (shownMs.size >= KINDS_MAX) shownMs.clear()
    shownMs.set(text, nowMs)
    return true
  }
}
