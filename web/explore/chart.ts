/** The latency chart: uPlot's options from a history, with the states as bands behind the lines. */
import uPlot from 'uplot'
import { clockMinute, clockOrDate, dateSecond, latency } from '../lib/format.ts'
import { stateLook, type Tone } from '../lib/state-look.ts'
import type { Texts } from '../lib/texts-id.ts'
import { type Band, type History, stateAt } from './history.ts'

/** Height of the solid strip that carries the states, CSS px. */
const STRIP_PX = 10
/** Narrower bands would vanish: a short outage stays visible. */
const LEAST_BAND_PX = 2
const DAY_S = 86_400

export interface Palette {
  text: string
  grid: string
  mean: string
  p95: string
  fill: Readonly<Record<Exclude<Tone, 'plain'>, string>>
  tint: Readonly<Record<Exclude<Tone, 'plain'>, string>>
}

/** The colours of the page's theme; a canvas cannot read custom properties itself. */
export function paletteOf(element: Element): Palette {
  const style = getComputedStyle(element)
  const color = (name: string) => style.getPropertyValue(name).trim()
  return {
    text: color('--text-2'),
    grid: color('--line'),
    mean: color('--text'),
    p95: color('--spark'),
    fill: { down: color('--down'), warn: color('--warn'), unknown: color('--unknown'), maintenance: color('--maint') },
    tint: {
      down: color('--down-tint'),
      warn: color('--warn-tint'),
      unknown: color('--hatch'),
      maintenance: color('--maint-tint'),
    },
  }
}

function drawBands(chart: uPlot, bands: readonly Band[], palette: Palette): void {
  const { ctx, bbox } = chart
  const strip = STRIP_PX * devicePixelRatio
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  for (const band of bands) {
    const { tone } = stateLook[band.state]
    if (tone === 'plain') continue
    const left = chart.valToPos(band.fromMs / 1000, 'x', true)
    const right = chart.valToPos(band.toMs / 1000, 'x', true)
    const width = Math.max(LEAST_BAND_PX * devicePixelRatio, right - left)
    ctx.fillStyle = palette.tint[tone]
    ctx.fillRect(left, bbox.top, width, bbox.height)
    ctx.fillStyle = palette.fill[tone]
    ctx.fillRect(left, bbox.top, width, strip)
  }
  ctx.restore()
}

function legendLatency(value: number | null): string {
  if (value === null) return '–'
  const { value: number, unit } = latency(value)
  return `${number} ${unit}`
}

export interface ChartParts {
  history: History
  palette: Palette
  texts: Texts
  width: number
  height: number
  /** The reader dragged over this part; epoch ms. */
  onZoom: (fromMs: number, toMs: number) => void
}

function axesOf({ history, palette }: ChartParts): uPlot.Axis[] {
  const { fromMs, toMs } = history.question.period
  const longer = toMs - fromMs > DAY_S * 1000
  const common = {
    stroke: palette.text,
    grid: { stroke: palette.grid, width: 1 },
    ticks: { stroke: palette.grid, width: 1 },
  }
  const font = '14px "IBM Plex Sans Variable", sans-serif'
  return [
    {
      ...common,
      font,
      space: longer ? 110 : 70,
      values: (_chart, splits) => splits.map((at) => (longer ? clockOrDate(at * 1000, 0) : clockMinute(at * 1000))),
    },
    {
      ...common,
      font,
      size: 70,
      values: (_chart, splits) => splits.map(legendLatency),
    },
  ]
}

function seriesOf({ history, palette, texts: t }: ChartParts): uPlot.Series[] {
  const value = (_chart: uPlot, raw: number | null) => legendLatency(raw)
  return [
    { label: t.explore.time, value: (_chart, at) => (at === null ? '–' : dateSecond(at * 1000)) },
    { label: t.explore.mean, stroke: palette.mean, width: 2, value, points: { size: 4 } },
    { label: t.explore.p95, stroke: palette.p95, width: 1.5, dash: [6, 4], value, points: { size: 4 } },
    {
      label: t.explore.state,
      paths: () => null,
      points: { show: false },
      value: (_chart, _raw, _series, index) => {
        const atMs = index === null ? undefined : history.atMs[index]
        const state = atMs === undefined ? null : stateAt(history.bands, atMs)
        return state === null ? '–' : t.stateName[state]
      },
    },
  ]
}

/** Builds the chart into `target`; its owner calls `destroy`. */
export function buildChart(target: HTMLElement, parts: ChartParts): uPlot {
  const { history, palette, width, height, onZoom } = parts
  const { fromMs, toMs } = history.question.period
  const options: uPlot.Options = {
    width,
    height,
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), 'Asia/Pontianak'),
    cursor: { drag: { x: true, y: false, setScale: false } },
    scales: {
      x: { range: [fromMs / 1000, toMs / 1000] },
      y: { range: (_chart, _least, most) => [0, Math.max(1, most * 1.15)] },
    },
    axes: axesOf(parts),
    series: seriesOf(parts),
    hooks: {
      drawClear: [(chart) => drawBands(chart, history.bands, palette)],
      setSelect: [
        (chart) => {
          const { left, width: selected } = chart.select
          if (selected > 0) onZoom(chart.posToVal(left, 'x') * 1000, chart.posToVal(left + selected, 'x') * 1000)
        },
      ],
    },
  }
  const none = history.atMs.map(() => null)
  return new uPlot(options, [history.atMs.map((ms) => ms / 1000), history.mean, history.p95, none], target)
}
