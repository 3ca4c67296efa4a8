/** Something fetched that follows what it depends on: a newer question aborts the older one, its answer never shows. */
import { ApiError } from '../lib/api.ts'

export class Loading<T> {
  /** The last good answer; stays while the next is under way. */
  value = $state.raw<T | null>(null)
  error = $state.raw<ApiError | null>(null)
  busy = $state(false)

  /** `load` is called again whenever a signal it reads changes; null when there is nothing to ask. */
  constructor(load: (signal: AbortSignal) => Promise<T> | null) {
    $effect(() => {
      const abort = new AbortController()
      const answer = load(abort.signal)
      if (answer === null) {
        this.value = null
        return
      }
      this.busy = true
      this.error = null
      void this.#settle(answer, abort.signal)
      return () => abort.abort()
    })
  }

  async #settle(answer: Promise<T>, signal: AbortSignal): Promise<void> {
    try {
      const value = await answer
      if (!signal.aborted) this.value = value
    } catch (error) {
      if (!signal.aborted) {
        this.value = null
        this.error = error instanceof ApiError ? error : new ApiError('Galat', String(error), 0)
      }
    } finally {
      if (!signal.aborted) this.busy = false
    }
  }
}
