/** Numbers and times as Indonesians read them: WIB, a dot in the clock, a unit on every duration (domain: id-ID). */

const zone = { timeZone: 'Asia/Pontianak' } as const
const locale = 'id-ID'
const minute = new Intl.DateTimeFormat(locale, { ...zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const second = new Intl.DateTimeFormat(locale, {
  ...zone,
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})
const weekday = new Intl.DateTimeFormat(locale, { ...zone, weekday: 'long' })
const longDate = new Intl.DateTimeFormat(locale, { ...zone, day: 'numeric', month: 'long', year: 'numeric' })
const shortDate = new Intl.DateTimeFormat(locale, { ...zone, day: 'numeric', month: 'short' })
const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 })
const tenth = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 })
const hundredth = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 })

/** A moment: ISO 8601 or epoch ms. */
export type Moment = string | number

/** "09.44" */
export const clockMinute = (at: Moment): string => minute.format(new Date(at))
/** "09.44.18" */
export const clockSecond = (at: Moment): string => second.format(new Date(at))
/** "Selasa" */
export const dayName = (at: Moment): string => weekday.format(new Date(at))
/** "24 November 2026" */
export const dayDate = (at: Moment): string => longDate.format(new Date(at))

/** "09.44" today, "23 Nov 09.44" on any other day: a time without its day would lie. */
export function clockOrDate(at: Moment, nowMs: number): string {
  const today = longDate.format(nowMs) === longDate.format(new Date(at))
  return today ? clockMinute(at) : `${shortDate.format(new Date(at))} ${clockMinute(at)}`
}

/** "24 Nov 09.44.18" */
export const dateSecond = (at: Moment): string => `${shortDate.format(new Date(at))} ${clockSecond(at)}`

const units = [
  { ms: 86_400_000, name: 'hari' },
  { ms: 3_600_000, name: 'jam' },
  { ms: 60_000, name: 'mnt' },
  { ms: 1000, name: 'dtk' },
] as const

/** "12 dtk", "2 mnt", "3 jam": the largest unit only, rounded down; for narrow places. */
export function shortDuration(durationMs: number): string {
  const ms = Math.max(0, durationMs)
  const unit = units.find((candidate) => ms >= candidate.ms) ?? units[3]
  return `${Math.floor(ms / unit.ms)} ${unit.name}`
}

/** "12 dtk", "2 mnt", "3 jam 5 mnt", "2 hari 4 jam": hours and days with one smaller unit, rounded down. */
export function duration(durationMs: number): string {
  const [days, hours] = units
  const smaller = durationMs >= days.ms ? hours : durationMs >= hours.ms ? units[2] : null
  const large = shortDuration(durationMs)
  if (smaller === null) return large
  const rest = Math.floor((durationMs % (durationMs >= days.ms ? days.ms : hours.ms)) / smaller.ms)
  return rest === 0 ? large : `${large} ${rest} ${smaller.name}`
}

/** "0,4 dtk": ages of sources, where the tenth matters; from a minute on as `duration`. */
export function fineAge(ageMs: number): string {
  return ageMs < 60_000 ? `${tenth.format(Math.max(0, ageMs) / 1000)} dtk` : duration(ageMs)
}

/** A latency as number and unit, apart because the unit is set smaller: ms below a second, seconds above. */
export function latency(latencyMs: number): { value: string; unit: string } {
  const ms = Math.round(latencyMs)
  return ms < 1000 ? { value: whole.format(ms), unit: 'ms' } : { value: tenth.format(ms / 1000), unit: 'dtk' }
}

/** "99,62 %"; the server has already rounded down. */
export const percent = (value: number): string => `${hundredth.format(value)} %`
/** Name of a regency or city from its id: "kota-pontianak" is "Kota Pontianak". */
export function regionName(id: string): string {
  return id.replaceAll('-', ' ').replace(/(^| )\p{Letter}/gu, (first) => first.toLocaleUpperCase(locale))
}

export const count = (value: number): string => whole.format(value)
