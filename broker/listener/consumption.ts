/** How far the servers have read the journal, as their pulses say: rows behind that may be deleted. */
import { decode } from '#contract/codec.ts'

export interface Consumption {
  heard(server: string, payload: Uint8Array): void
  /** Row that every server heard so far has read; undefined until one was heard. */
  consumed(): number | undefined
}

export function createConsumption(): Consumption {
  const byServer = new Map<string, number>()
  return {
    heard(server, payload) {
      const decoded = decode('pulse', payload)
      if (decoded.ok) byServer.set(server, decoded.value.consumed)
    },
    consumed: () => (byServer.size === 0 ? undefined : Math.min(...byServer.values())),
  }
}
