/** Where the files of one door are: `outbox.db`, `door.db`, `identity.json`. */
import { join } from 'node:path'

export function doorDirectory(dataDir: string, door: string): string {
  return join(dataDir, 'edge', door)
}
