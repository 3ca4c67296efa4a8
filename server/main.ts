/** Process of the server: judges, shows, records and answers. */
import { run } from '#runtime/run.ts'
import { readSettings } from '#runtime/settings.ts'
import { startServer } from './app.ts'
import { serverShape } from './settings.ts'

await run('server', (log) => startServer(readSettings(serverShape), { log }))
