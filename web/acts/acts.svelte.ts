/** Carries out what a button of the settings says: one act at a time, asking for the second factor when the server does. */
import { problemNameOf } from '../../broker/contract/problems.ts'
import { ApiError } from '../lib/api.ts'

export class Acts {
  busy = $state(false)
  failure = $state.raw<ApiError | null>(null)
  /** While the dialog waits for a proof. */
  asking = $state(false)
  proofFailure = $state.raw<ApiError | null>(null)
  #answer: ((proven: boolean) => void) | null = null

  /** @returns whether it was done; what failed is in `failure` */
  run = async (act: () => Promise<unknown>): Promise<boolean> => {
    if (this.busy) return false
    this.busy = true
    this.failure = null
    try {
      return await this.#actOrAsk(act)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.failure = error
      return false
    } finally {
      this.busy = false
    }
  }

  /** Opens the dialog. @returns whether the second factor was proven */
  ask = (): Promise<boolean> => {
    this.asking = true
    return new Promise((resolve) => {
      this.#answer = resolve
    })
  }

  /** What the dialog asked for; a wrong one leaves it open. */
  prove = async (proof: () => Promise<unknown>): Promise<void> => {
    try {
      await proof()
      this.#close(true)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.proofFailure = error
    }
  }

  cancel = (): void => this.#close(false)

  async #actOrAsk(act: () => Promise<unknown>): Promise<boolean> {
    try {
      await act()
      return true
    } catch (error) {
      if (!(error instanceof ApiError) || problemNameOf(error.type) !== 'step-up-needed') throw error
    }
    const proven = await this.ask()
    if (proven) await act()
    return proven
  }

  #close(proven: boolean): void {
    this.asking = false
    this.proofFailure = null
    this.#answer?.(proven)
    this.#answer = null
  }
}
