/** How far the server has read the journal, as its pulses say: rows behind that may be deleted. */
import { decode } from '#contract/codec.ts'

export interface Consumption {
  heard(payload: Uint8Array): void
  /** Row up to which the server has read; undefined until it was heard. */
  consumed(): number | undefined
}

/** The newest word counts: only one server at a time reads a data directory (its lock file), whatever its name. */
export function createConsumption(): Consumption {
  let consumed: number | undefined
  return {
    heard(payload) {
      const decoded = decode('pulse', payload)
      if (decoded.ok) consumed = decoded.value.consumed
    },
    consumed: () => consumed,
  }
}
