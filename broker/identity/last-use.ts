/**
 * When each token was last seen, in `last-use.json`: what an administrator looks at before ending an old token. Kept in
 * memory and written now and then without a sync: it may lose minutes, and costs the message path nothing.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Log } from '#runtime/log.ts'

const WRITE_EVERY_MS = 60_000
const FILE = 'last-use.json'
const LastUse = z.record(z.string().regex(/^[0-9a-f]{16}$/), z.number())

export interface LastUseOptions {
  readonly dataDir: string
  readonly wallMs: () => number
  /** Issues that still work: others are forgotten. */
  readonly isLive: (issue: string) => boolean
  readonly log: Log
}

export class LastUses {
  private readonly options: LastUseOptions
  private readonly seen: Map<string, number>
  private readonly timer: NodeJS.Timeout
  private changed = false

  constructor(options: LastUseOptions) {
    this.options = options
    this.seen = readLastUses(options.dataDir)
    this.timer = setInterval(() => this.writeSoon(), WRITE_EVERY_MS)
  }

  /** A connection with this issue came or went. */
  note(issue: string): void {
    this.seen.set(issue, this.options.wallMs())
    this.changed = true
  }

  close(): void {
    clearInterval(this.timer)
    if (!this.changed) return
    const { path, draft } = this.paths()
    writeFileSync(draft, this.text())
    renameSync(draft, path)
  }

  private writeSoon(): void {
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
    const path = join(this.options.dataDir, FILE)
    return { path, draft: `${path}.new` }
  }
}

/** Epoch ms by issue, as the broker last wrote it; empty when there is no file that can be read. */
export function readLastUses(dataDir: string): Map<string, number> {
  try {
    const parsed = LastUse.safeParse(JSON.parse(readFileSync(join(dataDir, FILE), 'utf8')))
    return new Map(parsed.success ? Object.entries(parsed.data) : [])
  } catch {
    return new Map() // Not written yet, or cut by a crash: it is written anew.
  }
}
