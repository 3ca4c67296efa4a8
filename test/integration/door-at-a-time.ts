/**
 * A door agent whose wall clock is off by so much, and which is told so or otherwise: as by a forged NTP, or a battery-backed
 * clock that was set. Arguments: milliseconds, `synced` or `battery`.
 */
import { systemClock } from '#runtime/clock.ts'
import { run } from '#runtime/run.ts'
import { readSettings } from '#runtime/settings.ts'
import { startDoor } from '../../edge/app.ts'
import { doorShape } from '../../edge/settings.ts'

const [offMs = '0', told] = process.argv.slice(2)

await run('door', (log) =>
  startDoor(readSettings(doorShape), {
    log,
    clock: { ...systemClock, wallMs: () => Date.now() + Number(offMs) },
    clockSources: { isSynchronised: () => told === 'synced', hasBatteryClock: told === 'battery' },
  }),
)
