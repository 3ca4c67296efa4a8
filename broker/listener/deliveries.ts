/** What one subscriber was sent and has not acknowledged yet. MQTT gives it no limit but the 65,535 identifiers. */

/** Five seconds of a door whose outbox drains at its full rate; one that is further behind has stopped working. */
export const UNACKNOWLEDGED_MAX = 1_000
export const IDENTIFIER_MAX = 65_535

export class Deliveries {
  /** QoS by topic; bounded by the topics its identity may hear. */
  private readonly granted = new Map<string, number>()
  /** Identifiers of what waits for its PUBACK or PUBCOMP. */
  private readonly waiting = new Set<number>()
  private identifier = 0

  subscribed(topic: string, qos: number): void {
    this.granted.set(topic, qos)
  }

  unsubscribed(topic: string): void {
    this.granted.delete(topic)
  }

  /**
   * A message goes out. [MQTT-2.3.1-4]: under an identifier that nothing else has. The library counts on and on, and would
   * use one again that still waits.
   * @returns the identifier, or undefined when too many wait for their acknowledgement
   */
  sending(topic: string, qos: number): number | undefined {
    do this.identifier = (this.identifier % IDENTIFIER_MAX) + 1
    while (this.waiting.has(this.identifier))
    if (Math.min(qos, this.granted.get(topic) ?? 0) > 0) this.waiting.add(this.identifier)
    return this.waiting.size <= UNACKNOWLEDGED_MAX ? this.identifier : undefined
  }

  /** One that answers nothing makes no room. */
  acknowledged(identifier: number): void {
    this.waiting.delete(identifier)
  }
}
