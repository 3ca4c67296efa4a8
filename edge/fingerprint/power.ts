/**
 * The last step to recover a module that hangs: its power off and on. Only after soft resets have failed, and ever more
 * seldom: each cycle wears the module, and one that is broken or unplugged is not cured by the hundredth.
 */

export interface SensorPowerOptions {
  /** Drives the line that feeds the module. */
  readonly setPower: (on: boolean) => void
  /** Called before each cycle, with its number since the module last worked. */
  readonly onCycle: (count: number) => void
  readonly monoMs: () => number
}

export interface SensorPower {
  /** A soft reset did not help. Resolves when the power is on again, at once when no cycle is due. */
  recover(): Promise<void>
  /** The module works. */
  worked(): void
}

/** The first may have come while the module was still starting. */
export const SOFT_RESETS_MIN = 2
/** The module's capacitors are empty by then. */
export const POWER_OFF_MS = 1_000
/** From one cycle to the next: doubles up to half an hour, and starts again when the module has worked. */
export const CYCLE_PAUSE_MIN_MS = 30_000
export const CYCLE_PAUSE_MAX_MS = 1_800_000

export function createSensorPower({ setPower, onCycle, monoMs }: SensorPowerOptions): SensorPower {
  let failedResets = 0
  let cycles = 0
  let lastMs = Number.NEGATIVE_INFINITY
  return {
    async recover() {
      failedResets += 1
      if (failedResets < SOFT_RESETS_MIN || monoMs() - lastMs < pauseMs(cycles)) return
      cycles += 1
      onCycle(cycles)
      setPower(false)
      try {
        await new Promise((resolve) => setTimeout(resolve, POWER_OFF_MS))
      } finally {
        setPower(true)
        lastMs = monoMs()
      }
    },
    worked() {
      failedResets = 0
      cycles = 0
    },
  }
}

/** @param cycles since the module last worked */
function pauseMs(cycles: number): number {
  return Math.min(CYCLE_PAUSE_MAX_MS, CYCLE_PAUSE_MIN_MS * 2 ** Math.max(0, cycles - 1))
}
