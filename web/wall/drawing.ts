/** Shapes of a tile as SVG path data: the sparkline of an hour and the strip of a day. */
import type { AppTrend } from '../../broker/contract/live.ts'
import type { AppState } from '../../broker/contract/states.ts'

export interface Box {
  width: number
  height: number
}

/** A quiet line must not be blown up to a storm: the drawn range is at least this share of the largest value. */
const LEAST_RANGE = 0.8
/** A single minute between two gaps is drawn this wide, else it would be invisible. */
const DOT_SHARE = 0.4

/** Path through `values` (oldest first, null = nothing heard, drawn as a gap); empty when there is nothing to draw. */
export function sparklinePath(values: AppTrend['latencyMs'], box: Box): string {
  const heard = values.filter((value) => value !== null)
  if (heard.length === 0) return ''
  const highest = Math.max(...heard)
  const lowest = Math.min(...heard)
  const range = Math.max(highest - lowest, highest * LEAST_RANGE, 1)
  const middle = (highest + lowest) / 2
  const step = box.width / Math.max(1, values.length - 1)
  const y = (value: number) => (box.height * (0.5 - ((value - middle) / range) * 0.9)).toFixed(1)
  let path = ''
  values.forEach((value, index) => {
    if (value === null) return
    const begins = (values[index - 1] ?? null) === null
    const alone = begins && (values[index + 1] ?? null) === null
    path += `${begins ? 'M' : 'L'}${(index * step).toFixed(1)} ${y(value)}`
    if (alone) path += `h${(step * DOT_SHARE).toFixed(1)}`
  })
  return path
}

export type CellTone = 'quiet' | 'down' | 'warn' | 'maintenance' | 'unknown'

const toneOf: Readonly<Record<AppState, CellTone | null>> = {
  new: null,
  up: 'quiet',
  late: 'quiet',
  degraded: 'warn',
  down: 'down',
  maintenance: 'maintenance',
  unknown: 'unknown',
}

/** Height of a cell in tenths of the strip: trouble stands out without colour. */
const cellHeight: Readonly<Record<CellTone, number>> = { quiet: 6, maintenance: 6, unknown: 6, warn: 8, down: 10 }
/** Each cell is 4 wide with a gap of 1. */
export const CELL_PITCH = 5
const CELL_WIDTH = 4
export const STRIP_HEIGHT = 10

/** One path per tone for the half hours of `day` (oldest first); null cells stay empty. */
export function dayStrip(day: AppTrend['day']): { tone: CellTone; path: string }[] {
  const paths = new Map<CellTone, string>()
  day.forEach((state, index) => {
    const tone = state === null ? null : toneOf[state]
    if (tone === null) return
    const height = cellHeight[tone]
    const cell = `M${index * CELL_PITCH} ${STRIP_HEIGHT - height}h${CELL_WIDTH}v${height}h-${CELL_WIDTH}z`
    paths.set(tone, (paths.get(tone) ?? '') + cell)
  })
  return [...paths].map(([tone, path]) => ({ tone, path }))
}
