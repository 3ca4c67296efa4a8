/** Process of one door: decides alone, tells when it can. */
import { run } from '#runtime/run.ts'
import { readSettings } from '#runtime/settings.ts'
import { startDoor } from './app.ts'
import { serviceManagerShape, tellServiceManager } from './service-manager.ts'
import { doorShape } from './settings.ts'

await run('door', async (log) => {
  const door = await startDoor(readSettings(doorShape), { log })
  const tellClosing = tellServiceManager(readSettings(serviceManagerShape), log)
  return {
    close: () => {
      tellClosing()
      return door.close()
    },
  }
})
