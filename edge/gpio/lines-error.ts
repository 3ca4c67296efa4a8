/**
 * Lines that cannot be had, in words that say what to set or install. A class of its own, so that the strike guard
 * loads neither the settings nor their schema library.
 */
export class LinesError extends Error {
  override readonly name = 'LinesError'
}
