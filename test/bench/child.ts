/**
 * A program of its own for each part of the load, so that no event loop is measured with another's work on it.
 * Questions and answers go one for one over the channel of `fork`.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface Child<Question, Answer> extends AsyncDisposable {
  readonly pid: number
  /** @throws Error when the child ends instead of answering, or answers with a failure */
  ask(question: Question): Promise<Answer>
  [Symbol.asyncDispose](): Promise<void>
}

type Envelope<Answer> = { readonly answer: Answer } | { readonly failure: string }

/** @param program file name in test/bench/processes */
export function startChild<Question extends object, Answer>(program: string): Child<Question, Answer> {
  const path = fileURLToPath(new URL(`./processes/${program}`, import.meta.url))
  const child = fork(path, [], { serialization: 'advanced' })
  return {
    pid: child.pid ?? 0,
    async ask(question) {
      const ended = new AbortController()
      const early = once(child, 'exit', { signal: ended.signal }).then(([code, signal]) => {
        throw new Error(`${program} ended with ${code ?? signal} before it answered`)
      })
      // Lost races are aborted, and an abort is no failure.
      early.catch(() => undefined)
      const answered = once(child, 'message')
      child.send(question)
      const [envelope] = await Promise.race([answered, early])
      ended.abort()
      return open<Answer>(envelope)
    },
    [Symbol.asyncDispose]: () => endProcess(child),
  }
}

/** The other end is this file's `serve`, which sends nothing else. */
function open<Answer>(message: unknown): Answer {
  const envelope = message as Envelope<Answer>
  if ('failure' in envelope) throw new Error(envelope.failure)
  return envelope.answer
}

/** Runs in the child: answers questions until the channel closes. */
export function serve<Question, Answer>(answer: (question: Question) => Promise<Answer>): void {
  const send = (envelope: Envelope<Answer>) => process.send?.(envelope)
  process.on('message', (question) => {
    // Sent by `ask` of the same program's type.
    answer(question as Question).then(
      (value) => send({ answer: value }),
      (error: unknown) => send({ failure: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    )
  })
  process.on('disconnect', () => process.exit(0))
}

/** Ends the process with this one also when a benchmark fails midway: a forgotten broker would disturb the next run. */
export function endWithUs(child: ChildProcess): void {
  const end = () => child.kill('SIGTERM')
  process.once('exit', end)
  child.once('exit', () => process.off('exit', end))
}

/** Ends a process as an operator would, and after 5 s as a crash would. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000)
  await exited
  clearTimeout(timer)
}
