/** Calls of the HTTP API (design §3.4): answers are decoded once by a schema, errors are RFC 9457 problem documents. */
import { z } from 'zod'

const Problem = z.object({
  type: z.string().default(''),
  title: z.string(),
  detail: z.string().default(''),
  value: z.string().default(''),
})

/** What went wrong, in words for the screen. `status` is 0 when no answer came. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly title: string
  readonly status: number
  /** Of the problem document; broker/contract/problems.ts names those a page tells apart. */
  readonly type: string
  /** What of the request it is about; empty when the server names nothing. */
  readonly value: string
  /** Seconds until the server listens again; 0 when it does. */
  readonly retryAfterS: number

  constructor(title: string, detail: string, status: number, { type = '', value = '', retryAfterS = 0 } = {}) {
    super(detail)
    this.title = title
    this.status = status
    this.type = type
    this.value = value
    this.retryAfterS = retryAfterS
  }
}

/** A desk user waits no longer than this for an answer. */
const TIMEOUT_MS = 15_000

export interface Call {
  method?: 'GET' | 'POST'
  body?: unknown
  signal?: AbortSignal
}

/**
 * @throws {ApiError} the problem the server names, one for an unreachable server, or one for an answer of another shape
 * @throws {DOMException} `AbortError` when `signal` says so: the caller asked for it
 */
export async function call<T>(
  address: string,
  schema: z.ZodType<T>,
  { method = 'GET', body, signal }: Call = {},
): Promise<T> {
  const response = await answerOf(address, {
    method,
    signal: AbortSignal.any([...(signal === undefined ? [] : [signal]), AbortSignal.timeout(TIMEOUT_MS)]),
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  if (!response.ok) throw await problemOf(response)
  // A body that is no JSON reads as null, which no schema takes: one error for both.
  const decoded = schema.safeParse(await response.json().catch(() => null))
  if (!decoded.success) {
    throw new ApiError('Jawaban server tidak dikenal', `${address}: ${z.prettifyError(decoded.error)}`, response.status)
  }
  return decoded.data
}

async function answerOf(address: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(address, init)
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiError('Server tidak menjawab', 'Periksa sambungan, lalu coba lagi.', 0)
  }
}

async function problemOf(response: Response): Promise<ApiError> {
  // A proxy in between answers without JSON: then its status speaks.
  const problem = Problem.safeParse(await response.json().catch(() => null))
  const retryAfterS = Number(response.headers.get('retry-after') ?? 0)
  if (problem.success) {
    const { type, title, detail, value } = problem.data
    return new ApiError(title, detail, response.status, { type, value, retryAfterS })
  }
  return new ApiError(`Server menjawab ${response.status}`, response.statusText, response.status, { retryAfterS })
}
