/**
 * [MQTT-4.6.0-2], [MQTT-4.6.0-3]: acknowledgements leave in the order in which their messages came, though some wait for
 * the journal and others for nothing.
 */
export class AnswerOrder {
  private readonly open: { answer?: () => void }[] = []

  /** Takes the next place. @returns what to call once, with the answer that may leave when all before it have */
  next(): (answer: () => void) => void {
    const place: { answer?: () => void } = {}
    this.open.push(place)
    return (answer) => {
      place.answer = answer
      while (this.open[0]?.answer) this.open.shift()?.answer?.()
    }
  }
}
