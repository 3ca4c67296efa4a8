/** `/metrics` in OpenMetrics: read from the parts at each scrape, so nothing is counted twice. */
import { Counter, collectDefaultMetrics, Gauge, type OpenMetricsContentType, Registry } from 'prom-client'
import type { AppView } from '#contract/live.ts'
import { AppState } from '#contract/states.ts'

export interface MetricSources {
  readonly apps: () => readonly AppView[]
  readonly numbers: () => Readonly<Record<string, number>>
}

export interface Metrics {
  scrape(): Promise<{ contentType: string; text: string }>
  close(): void
}

/** What each number means; names follow prometheus.io/docs/practices/naming. */
const helpOf: Readonly<Record<string, string>> = {
  siaga_heartbeats_total: 'Heartbeats judged since the start',
  siaga_strangers_total: 'Heartbeats of applications that are not registered, since the start',
  siaga_unusable_rows_total: 'Journal rows that did not decode or could not be handled, since the start',
  siaga_ingest_lag_seconds: 'How long the newest pulse took from the server through the journal and back',
  siaga_tail_lag_rows: 'Journal rows not yet judged',
  siaga_series_influx_lag_rows: 'Journal rows that InfluxDB does not have yet',
  siaga_live_clients: 'Screens connected',
}

export function createMetrics(sources: MetricSources): Metrics {
  const registry = new Registry<OpenMetricsContentType>()
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
  collectDefaultMetrics({ register: registry })
  new Gauge({
    name: 'siaga_apps',
    help: 'Applications by state',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const counts = new Map(AppState.options.map((state) => [state, 0]))
      for (const { state } of sources.apps()) counts.set(state, (counts.get(state) ?? 0) + 1)
      for (const [state, count] of counts) this.set({ state }, count)
    },
  })
  for (const [name, help] of Object.entries(helpOf)) {
    const read = () => sources.numbers()[name] ?? 0
    if (name.endsWith('_total')) addCounter(registry, name, help, read)
    else addGauge(registry, name, help, read)
  }
  return {
    scrape: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
    close: () => registry.clear(),
  }
}

function addCounter(registry: Registry<OpenMetricsContentType>, name: string, help: string, read: () => number): void {
  new Counter({
    name,
    help,
    registers: [registry],
    collect() {
      this.reset()
      this.inc(read())
    },
  })
}

function addGauge(registry: Registry<OpenMetricsContentType>, name: string, help: string, read: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read())
    },
  })
}
