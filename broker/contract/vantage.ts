/** What a probe is told to check (design §3.3). Its results are a batch of records. */
import { z } from 'zod'
import { Id } from './identifiers.ts'

export const Targets = z.object({
  targets: z
    .array(
      z.object({
        app: Id,
        check: z.enum(['http', 'tcp', 'tls', 'dns']),
        address: z.string().max(2000),
        intervalS: z.int().min(1).max(86_400),
      }),
    )
    .max(2000),
})
export type Targets = z.infer<typeof Targets>
