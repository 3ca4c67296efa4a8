/**
 * Environment → typed settings, refused with a readable list. Each variable may be given as a file by the name with
 * `_FILE` (systemd credentials, container secrets). The only place that reads `process.env`.
 */
import { readFileSync } from 'node:fs'
import { z } from 'zod'

export const EXIT_CONFIG = 78 // sysexits.h EX_CONFIG

export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

/**
 * @param shape zod schemas by variable name
 * @throws SettingsError whose message lists every wrong variable with what was expected
 */
export function readSettings<S extends z.ZodRawShape>(
  shape: S,
  env: NodeJS.ProcessEnv = process.env,
): z.output<z.ZodObject<S>> {
  const values: Record<string, string | undefined> = {}
  const unreadable: string[] = []
  for (const name of Object.keys(shape)) {
    const file = env[`${name}_FILE`]
    try {
      values[name] = file ? readFileSync(file, 'utf8').trim() : env[name] === '' ? undefined : env[name]
    } catch (error) {
      unreadable.push(`${name}_FILE: cannot read ${file}: ${(error as Error).message}`)
    }
  }
  const parsed = z.object(shape).safeParse(values)
  if (parsed.success && unreadable.length === 0) return parsed.data
  const wrong = parsed.success ? [] : parsed.error.issues.map((issue) => describeIssue(issue, values))
  throw new SettingsError(
    `These settings are wrong:\n${[...unreadable, ...wrong].map((line) => `  - ${line}`).join('\n')}`,
  )
}

function describeIssue(issue: z.core.$ZodIssue, values: Record<string, string | undefined>): string {
  const name = String(issue.path[0])
  const secret = /PASSWORD|KEY|TOKEN|SECRET/.test(name)
  const value = values[name]
  const given = value === undefined ? 'is not set' : secret ? 'was given' : `is "${value}"`
  return `${name} ${given}: ${issue.message}`
}

export const port = z.coerce.number().int().min(0).max(65_535)
export const flag = z.enum(['0', '1', 'true', 'false']).transform((text) => text === '1' || text === 'true')
/** Settings every process shares. */
export const commonShape = {
  SIAGA_DATA_DIR: z.string().default('./data'),
  SIAGA_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  SIAGA_DEMO: flag.default(false),
}
