/**
 * What agent and strike guard say to each other, one word and its arguments a line, over the guard's standard input
 * and output. Plain words, so that the guard needs no parser that could surprise it.
 *
 * Agent: `beat N` each 100 ms, answered with the same; `pulse MS AT`, asked for when CLOCK_MONOTONIC
 * was AT ms; `lock`; `fire 0|1` (simulated lines only).
 * Guard: `ready`; `beat N`; `strike 0|1 REASON` at each change, and with `late` for a pulse
 * that came too late to be obeyed; `fire 0|1` when its line has settled and at each
 * change; `refused TEXT` and its end.
 */

/** Longer than the longest line either end says. */
const LINE_CHARACTERS_MAX = 1_000

export interface Words {
  readonly word: string
  readonly rest: string
}

/** Cuts a stream of text into lines of words. @throws Error when a line does not end: the other end is out of its mind */
export function createWords(take: (words: Words) => void): (text: string) => void {
  let pending = ''
  return (text) => {
    const lines = (pending + text).split('\n')
    pending = lines.pop() ?? ''
    if (pending.length > LINE_CHARACTERS_MAX) throw new Error(`a line of more than ${LINE_CHARACTERS_MAX} characters`)
    for (const line of lines) {
      const space = line.indexOf(' ')
      take(space < 0 ? { word: line, rest: '' } : { word: line.slice(0, space), rest: line.slice(space + 1) })
    }
  }
}
