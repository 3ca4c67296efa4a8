/**
 * How far the wall clock can be trusted by the kernel's word: `synced` while it says so, `hold` when it was synchronised
 * earlier in this boot or came from a battery-backed clock, `unset` otherwise (a Raspberry Pi 4 starts with the time it last
 * knew). Whoever forges NTP makes the kernel lie: door-clock.ts has the last word.
 */
import { existsSync, readFileSync } from 'node:fs'
import type { ClockState } from '#contract/identifiers.ts'

export interface ClockSources {
  readonly isSynchronised: () => boolean
  readonly hasBatteryClock: boolean
  /** Boot in which the clock was last seen synchronised. */
  readonly syncedBoot: string | undefined
  readonly boot: string
  /** Called once, when the clock is first seen synchronised in this boot. */
  readonly rememberSynced: (boot: string) => void
}

export function createClockState(sources: ClockSources): () => ClockState {
  let syncedOnce = sources.syncedBoot === sources.boot
  return () => {
    if (sources.isSynchronised()) {
      if (!syncedOnce) sources.rememberSynced(sources.boot)
      syncedOnce = true
      return 'synced'
    }
    return syncedOnce || sources.hasBatteryClock ? 'hold' : 'unset'
  }
}

/** True when the kernel set its clock at boot from a battery-backed one (Documentation/ABI/testing/sysfs-class-rtc, hctosys). */
export function readBatteryClock(): boolean {
  const path = '/sys/class/rtc/rtc0/hctosys'
  return existsSync(path) && readFileSync(path, 'utf8').trim() === '1'
}
