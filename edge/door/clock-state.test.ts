import { expect, it } from 'vitest'
import { createClockState } from './clock-state.ts'

it('trusts a clock that is, or in this boot was, synchronised, or that has a battery', () => {
  let synchronised = false
  const remembered: string[] = []
  const sources = {
    isSynchronised: () => synchronised,
    hasBatteryClock: false,
    boot: 'b-1',
    syncedBoot: undefined,
    rememberSynced: (boot: string) => remembered.push(boot),
  }
  const state = createClockState(sources)
  expect(state()).toBe('unset')
  synchronised = true
  expect([state(), state()]).toEqual(['synced', 'synced'])
  synchronised = false
  expect(state()).toBe('hold')
  expect(remembered).toEqual(['b-1'])
  expect(createClockState({ ...sources, syncedBoot: 'b-1' })()).toBe('hold')
  expect(createClockState({ ...sources, syncedBoot: 'b-0' })()).toBe('unset')
  expect(createClockState({ ...sources, hasBatteryClock: true })()).toBe('hold')
})
