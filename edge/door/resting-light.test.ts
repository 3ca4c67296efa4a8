import { expect, it } from 'vitest'
import { restingLight } from './resting-light.ts'

it('shows the worst that whoever comes to the door must know', () => {
  const calm = { alarms: [], lockdown: false }
  expect(restingLight(calm, 'synced')).toBe('ready')
  expect(restingLight(calm, 'hold')).toBe('ready')
  expect(restingLight(calm, 'unset')).toBe('clock-unset')
  expect(restingLight({ ...calm, lockdown: true }, 'unset')).toBe('lockdown')
  expect(restingLight({ alarms: ['held', 'guard-lost'], lockdown: true }, 'synced')).toBe('out-of-order')
  // A silent alarm stays silent.
  expect(restingLight({ alarms: ['duress', 'attempts'], lockdown: false }, 'synced')).toBe('ready')
})
