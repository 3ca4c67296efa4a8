/** Identity of the built pages: a screen that shows another build reloads itself. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const Stamp = z.object({ build: z.string().min(1) })

/** `dev` when the pages were not built here (development server, tests). */
export function readBuild(webDir: string): string {
  try {
    return Stamp.parse(JSON.parse(readFileSync(join(webDir, 'build.json'), 'utf8'))).build
  } catch {
    // No pages, or pages built by hand: they carry `dev` as well and never reload for a build.
    return 'dev'
  }
}
