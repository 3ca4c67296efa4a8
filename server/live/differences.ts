/** What of a view changed since it was last sent: members only, so a frame stays small. Pure. */

/** The members of `next` that are not the same in `sent`, with the id; undefined when nothing changed. */
export function difference<T extends { id: string }>(
  sent: T | undefined,
  next: T,
): (Partial<T> & { id: string }) | undefined {
  if (!sent) return next
  let changed: (Partial<T> & { id: string }) | undefined
  for (const key of Object.keys(next) as (keyof T)[]) {
    if (same(sent[key], next[key])) continue
    changed ??= { id: next.id } as Partial<T> & { id: string }
    changed[key] = next[key]
  }
  return changed
}

/** Views hold scalars, and few small arrays and objects, which are compared by their text. */
function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  return JSON.stringify(a) === JSON.stringify(b)
}
