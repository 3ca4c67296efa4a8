/** Process of one door: decides alone, tells when it can. */
import { run } from '#runtime/run.ts'
import { readSettings } from '#runtime/settings.ts'
import { startDoor } from './app.ts'
import { doorShape } from './settings.ts'

await run('door', (log) => startDoor(readSettings(doorShape), { log }))
