/** Numbers as Indonesian text has them. */

/** Seconds with one decimal and a comma, e.g. `2,4`. */
export function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1).replace('.', ',')
}
