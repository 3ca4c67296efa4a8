/** What one subscriber was sent and has not acknowledged yet. MQTT gives it no limit but the 65,535 identifiers. */

/** Five seconds of a door whose outbox drains at its full rate; one that is further behind has stopped working. */
export const UNACKNOWLEDGED_MAX = 1_000

export class Deliveries {
  /** QoS by topic; bounded by the topics its identity may hear. */
  private readonly granted = new Map<string, number>()
  private waiting = 0

  subscribed(topic: string, qos: number): void {
    this.granted.set(topic, qos)
  }

  unsubscribed(topic: string): void {
    this.granted.delete(topic)
  }

  /** A message goes out. @returns false when too many wait for their acknowledgement */
  sending(topic: string, qos: number): boolean {
    if (Math.min(qos, this.granted.get(topic) ?? 0) === 0) return true
    this.waiting += 1
    return this.waiting <= UNACKNOWLEDGED_MAX
  }

  /** One that answers nothing makes no room. */
  acknowledged(): void {
    this.waiting = Math.max(0, this.waiting - 1)
  }
}
