/** A list of the server's, loaded at the start and after each change. */
import { ApiError } from '../lib/api.ts'

export class Listing<T> {
  /** Null until it came. */
  items = $state.raw<readonly T[] | null>(null)
  failure = $state.raw<ApiError | null>(null)
  readonly #ask: () => Promise<readonly T[]>

  constructor(ask: () => Promise<readonly T[]>) {
    this.#ask = ask
    void this.load()
  }

  async load(): Promise<void> {
    try {
      this.items = await this.#ask()
      this.failure = null
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.failure = error
    }
  }
}
