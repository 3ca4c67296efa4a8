/**
 * How long a simulated OPD application takes to answer: a day curve of office hours in WIB, noise, and now and then a
 * slow one. Pure.
 */
import type { Random } from './random.ts'

const WIB_OFFSET_MS = 7 * 3_600_000
const HOUR_MS = 3_600_000
const DAY_HOURS = 24
const NIGHT_LOAD = 0.08
const WEEKEND_SHARE = 0.3
/** At full load an answer takes this many times the quiet one. */
const LOAD_FACTOR = 2.2
const NOISE = 0.18
/** One answer in 400 takes several times as long: a garbage collection, a cold cache. */
const HICCUP_PROBABILITY = 1 / 400
const HICCUP_FACTOR = 5

/** Share of a full load (0 to 1) at a moment: morning and afternoon peaks of a working day, less at weekends. */
export function dayLoad(wallMs: number): number {
  const wib = new Date(wallMs + WIB_OFFSET_MS)
  const hour = (wib.getTime() % (DAY_HOURS * HOUR_MS)) / HOUR_MS
  const weekend = wib.getUTCDay() === 0 || wib.getUTCDay() === 6
  const office = bell(hour, 10, 1.6) + 0.85 * bell(hour, 14.2, 1.4)
  const evening = 0.25 * bell(hour, 20, 1.6)
  return Math.min(1, NIGHT_LOAD + (1 - NIGHT_LOAD) * (office * (weekend ? WEEKEND_SHARE : 1) + evening))
}

function bell(hour: number, peak: number, width: number): number {
  return Math.exp(-(((hour - peak) / width) ** 2) / 2)
}

/**
 * Milliseconds one answer takes, above 0.
 * @param quietMs typical answer of this application without load
 */
export function answerLatencyMs(quietMs: number, wallMs: number, random: Random): number {
  const noise = Math.exp(NOISE * normal(random))
  const hiccup = random() < HICCUP_PROBABILITY ? HICCUP_FACTOR : 1
  return quietMs * (1 + (LOAD_FACTOR - 1) * dayLoad(wallMs)) * noise * hiccup
}

/** Standard normal by Box and Muller, kept within 3 sigma. */
function normal(random: Random): number {
  const value = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  return Math.max(-3, Math.min(3, value))
}
