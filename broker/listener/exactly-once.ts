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
    this.forget()
  }

  /** Stores a message once; a duplicate waits for what the first of it came to. */
  async once(identifier: number, store: () => Promise<void>): Promise<void> {
    const duplicate = this.verdicts.shift() ?? false
    const first = duplicate ? this.stored.get(identifier) : undefined
    const storing = first ?? store()
    this.stored.set(identifier, storing)
    // Its PUBREL, and others, may have come while it was on its way.
    this.forget()
    await storing
    // The library finds it a duplicate only once it has kept the first.
    if (first !== undefined) await nextTurn()
  }

  /** What is released may be what a PUBLISH is a duplicate of, as long as one is on its way. */
  private forget(): void {
    if (this.verdicts.length > 0) return
    for (const identifier of this.stored.keys()) if (!this.held.has(identifier)) this.stored.delete(identifier)
  }
}
