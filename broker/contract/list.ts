/** Arrays of what comes from outside. */
import { z } from 'zod'

/**
 * Up to so many items, of which the first that is wrong is told: a payload has room for a thousand of them, and the words
 * for each cost more than all else that is done with it.
 */
export function listOf<T extends z.ZodType>(item: T, { min = 0, max }: { min?: number; max: number }) {
  const holds = (items: unknown) => Array.isArray(items) && items.length >= min && items.length <= max
  return z.custom<z.input<T>[]>(holds, `must be a list of ${min} to ${max}`).transform((items, context) => {
    const values: z.output<T>[] = []
    for (const [index, one] of items.entries()) {
      const parsed = item.safeParse(one)
      if (parsed.success) values.push(parsed.data)
      else {
        for (const { message, path } of parsed.error.issues) {
          context.addIssue({ code: 'custom', message, path: [index, ...path] })
        }
        return z.NEVER
      }
    }
    return values
  })
}
