/** The list of series: each combination of tags that was ever observed, with a number that roll-ups refer to. */
import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import type { Measurement, SeriesQuery, Tag } from '../query.ts'

export type Tags = Readonly<Partial<Record<Tag, string>>>

export interface CataloguedSeries {
  readonly id: number
  readonly measurement: Measurement
  readonly tags: Tags
}

const Row = z.object({
  id: z.number(),
  measurement: z.enum(['heartbeat', 'door']),
  tags: z.string().transform((text) => z.record(z.string(), z.string()).parse(JSON.parse(text))),
})

/** Bounded by what the registry and the access rules let in: senders cannot invent tags. */
export class Catalogue {
  private readonly db: DatabaseSync
  private readonly bySignature = new Map<string, CataloguedSeries>()

  constructor(db: DatabaseSync) {
    this.db = db
    this.reload()
  }

  /** Reads the list again, after a transaction that may have added to it was undone. */
  reload(): void {
    this.bySignature.clear()
    for (const row of this.db.prepare('SELECT id, measurement, tags FROM series').all()) {
      const series = Row.parse(row)
      this.bySignature.set(signature(series.measurement, JSON.stringify(series.tags)), series)
    }
  }

  /** Number of the series, added when new. Tags must always come in the same order of keys. */
  idOf(measurement: Measurement, tags: Tags): number {
    const text = JSON.stringify(tags)
    const known = this.bySignature.get(signature(measurement, text))
    if (known) return known.id
    const { lastInsertRowid } = this.db
      .prepare('INSERT INTO series (measurement, tags) VALUES (?, ?)')
      .run(measurement, text)
    const id = Number(lastInsertRowid)
    this.bySignature.set(signature(measurement, text), { id, measurement, tags })
    return id
  }

  size(): number {
    return this.bySignature.size
  }

  matching({ measurement, where }: Pick<SeriesQuery, 'measurement' | 'where'>): CataloguedSeries[] {
    return [...this.bySignature.values()].filter(
      (series) =>
        series.measurement === measurement && where.every(({ tag, values }) => values.includes(series.tags[tag] ?? '')),
    )
  }
}

/** Number of different combinations of these tags. */
export function countGroups(series: readonly CataloguedSeries[], by: readonly Tag[]): number {
  return new Set(series.map(({ tags }) => groupKey(tags, by))).size
}

/** Tag values cannot hold a line feed (ids and kinds of the contract). */
export function groupKey(tags: Tags, by: readonly Tag[]): string {
  return by.map((tag) => tags[tag] ?? '').join('\n')
}

function signature(measurement: Measurement, tags: string): string {
  return `${measurement} ${tags}`
}
