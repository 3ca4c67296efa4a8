/**
 * When each token was last seen, by the broker and by the server in a file each: what an administrator looks at before ending an old token. Kept in
 * memory and written now and then without a sync: it may lose minutes, and costs the message path nothing.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Log } from '#runtime/log.ts'

/** Near enough to now for whoever looks before revoking; of 5,000 devices it is one file of 160 KB, made in 10 ms. */
const WRITE_EVERY_MS = 60_000
const files = { mqtt: 'last-use.json', http: 'last-use-http.json' } as const
type Way = keyof typeof files
const LastUse = z.record(z.string().regex(/^[0-9a-f]{16}$/), z.number())

export interface LastUseOptions {
  readonly dataDir: string
  /** Who notes: the broker `mqtt`, the server `http`. */
  readonly way: Way
  readonly wallMs: () => number
  /** Issues that still work: others are forgotten. */
  readonly isLive: (issue: string) => boolean
  /** Issues that are used for as long as something lasts: noted before each write. */
  readonly inUse?: () => Iterable<string>
  readonly log: Log
}

export class LastUses {
  private readonly options: LastUseOptions
  private readonly seen: Map<string, number>
  private readonly timer: NodeJS.Timeout
  private changed = false

  constructor(options: LastUseOptions) {
    this.options = options
    this.seen = readFile(options.dataDir, options.way)
    this.timer = setInterval(() => this.writeSoon(), WRITE_EVERY_MS)
  }

  /** This issue is used: a connection came or went, or a push came. */
  note(issue: string): void {
    this.seen.set(issue, this.options.wallMs())
    this.changed = true
  }

  /** Epoch ms by issue, the later of both ways: one's own as it is now, the other's as last written. */
  newest(): Map<string, number> {
    return later(readLastUses(this.options.dataDir), this.seen)
  }

  close(): void {
    clearInterval(this.timer)
    if (!this.changed) return
    const { path, draft } = this.paths()
    writeFileSync(draft, this.text())
    renameSync(draft, path)
  }

  private writeSoon(): void {
    for (const issue of this.options.inUse?.() ?? []) this.note(issue)
    if (!this.changed) return
    this.changed = false
    const { path, draft } = this.paths()
    writeFile(draft, this.text())
      .then(() => rename(draft, path))
      .catch((error: unknown) => this.options.log.warn({ err: error }, 'could not note when tokens were last used'))
  }

  private text(): string {
    for (const issue of this.seen.keys()) if (!this.options.isLive(issue)) this.seen.delete(issue)
    return JSON.stringify(Object.fromEntries(this.seen))
  }

  private paths(): { path: string; draft: string } {
    const path = join(this.options.dataDir, files[this.options.way])
    return { path, draft: `${path}.new` }
  }
}

/** Epoch ms by issue, the later of both ways, as last written. */
export function readLastUses(dataDir: string): Map<string, number> {
  return later(readFile(dataDir, 'mqtt'), readFile(dataDir, 'http'))
}

function later(one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): Map<string, number> {
  const newest = new Map(one)
  for (const [issue, ms] of other) newest.set(issue, Math.max(ms, newest.get(issue) ?? 0))
  return newest
}

/** Empty when there is no file that can be read. */
function readFile(dataDir: string, way: Way): Map<string, number> {
  try {
    const parsed = LastUse.safeParse(JSON.parse(readFileSync(join(dataDir, files[way]), 'utf8')))
    return new Map(parsed.success ? Object.entries(parsed.data) : [])
  } catch {
    return new Map() // Not written yet, or cut by a crash: it is written anew.
  }
}
