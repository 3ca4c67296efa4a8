/** Carries out what a button of the settings says: one act at a time, asking for the second factor when the server does. */
import { z } from 'zod'
import { problemNameOf } from '../../broker/contract/problems.ts'
import { ApiError, call } from '../lib/api.ts'

const Done = z.unknown()

export class Acts {
  busy = $state(false)
  failure = $state.raw<ApiError | null>(null)
  /** While the dialog waits for a code. */
  asking = $state(false)
  codeFailure = $state.raw<ApiError | null>(null)
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

  /** The code from the dialog; a wrong one leaves it open. */
  prove = async (code: string): Promise<void> => {
    try {
      await call('/api/v1/session/step-up', Done, { method: 'POST', body: { code } })
      this.#close(true)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.codeFailure = error
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
    this.asking = true
    const proven = await new Promise<boolean>((resolve) => {
      this.#answer = resolve
    })
    if (proven) await act()
    return proven
  }

  #close(proven: boolean): void {
    this.asking = false
    this.codeFailure = null
    this.#answer?.(proven)
    this.#answer = null
  }
}
