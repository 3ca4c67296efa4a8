/** Process of the broker and its journal: the door path, small on purpose. */
import { run } from '#runtime/run.ts'
import { readSettings } from '#runtime/settings.ts'
import { startBroker } from './app.ts'
import { brokerShape } from './settings.ts'

await run('broker', (log) => startBroker(readSettings(brokerShape), { log }))
