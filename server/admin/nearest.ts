/** The known word nearest to a mistyped one, by edit distance (Levenshtein 1966). */

/** Two letters changed places are two edits; more wrong than a third of the letters is another word, not a slip. */
const LETTERS_PER_SLIP = 3

/** @returns undefined when nothing is near enough to be meant */
export function nearest(written: string, known: readonly string[]): string | undefined {
  let best: string | undefined
  let bestDistance = Math.ceil(written.length / LETTERS_PER_SLIP) + 1
  for (const word of known) {
    const distance = editDistance(written, word)
    if (distance < bestDistance) {
      best = word
      bestDistance = distance
    }
  }
  return best
}

function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let row = 1; row <= left.length; row++) {
    const current = [row]
    for (let column = 1; column <= right.length; column++) {
      const substitution = (previous[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1)
      current.push(Math.min(substitution, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[right.length] ?? 0
}
