/** Locks the strike and ends: what systemd runs whenever the door agent has ended (deploy/siaga-door.service). */
import { readSettings } from '#runtime/settings.ts'
import { openRelock } from './gpio/relock.ts'
import { relockShape } from './settings.ts'

const { SIAGA_GPIO: backend, SIAGA_GPIO_STRIKE: strike } = readSettings(relockShape)
if (strike) (await openRelock(backend, strike))()
