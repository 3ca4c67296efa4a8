/**
 * QoS 2, method A of MQTT 3.1.1 §4.3.3: between PUBLISH and PUBREL the same packet identifier is the same message.
 * The library asks for the right to publish before it looks for a duplicate, so a resent message would be stored twice.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'

export class ExactlyOnce {
  /** Identifiers received and not yet released, in the order of the wire. */
  private readonly held = new Set<number>()
  /** For each QoS 2 PUBLISH passed on and not yet asked about: was it a duplicate? */
  private readonly verdicts: boolean[] = []
  private readonly stored = new Map<number, Promise<void>>()

  /** The gate passes a PUBLISH with QoS 2 on. */
  received(identifier: number): void {
    this.verdicts.push(this.held.has(identifier))
    this.held.add(identifier)
  }

  /** The gate passes a PUBREL on. */
  released(identifier: number): void {
    this.held.delete(identifier)
    // With a PUBLISH still on its way this may be what it is a duplicate of.
    if (this.verdicts.length === 0) this.stored.delete(identifier)
  }

  /** Stores a message once; a duplicate waits for what the first of it came to. */
  async once(identifier: number, store: () => Promise<void>): Promise<void> {
    const duplicate = this.verdicts.shift() ?? false
    const first = this.stored.get(identifier)
    if (duplicate && first) {
      await first
      // The library finds it a duplicate only once it has kept the first.
      return await nextTurn()
    }
    const storing = store()
    this.stored.set(identifier, storing)
    await storing
  }
}
