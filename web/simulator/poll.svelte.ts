/** Asks the simulator once a second while the page is visible, one question at a time. */
import { ApiError } from '../lib/api.ts'
import { loadSimulation, type Simulation } from './control.ts'

const EVERY_MS = 1000
/** Status of an address that does not exist: this installation has no simulator, so asking again is pointless. */
const ABSENT = 404

export class SimulationPoll {
  simulation = $state.raw<Simulation | null>(null)
  error = $state.raw<ApiError | null>(null)
  absent = $state(false)

  /** Runs as long as the component that made it. */
  constructor() {
    $effect(() => {
      const abort = new AbortController()
      let timer: ReturnType<typeof setTimeout> | undefined
      const again = async () => {
        if (!document.hidden) await this.ask(abort.signal)
        if (!abort.signal.aborted && !this.absent) timer = setTimeout(again, EVERY_MS)
      }
      void again()
      return () => {
        abort.abort()
        clearTimeout(timer)
      }
    })
  }

  async ask(signal: AbortSignal): Promise<void> {
    try {
      this.simulation = await loadSimulation(signal)
      this.error = null
    } catch (error) {
      if (signal.aborted) return
      this.error = error instanceof ApiError ? error : new ApiError('Galat', String(error), 0)
      this.absent = this.error.status === ABSENT
    }
  }

  /** Does what a button says; its failure is shown like one of the poll. */
  async press(action: () => Promise<unknown>): Promise<void> {
    try {
      await action()
      this.error = null
    } catch (error) {
      this.error = error instanceof ApiError ? error : new ApiError('Galat', String(error), 0)
    }
  }
}
