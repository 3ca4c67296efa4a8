/** The life of a process: start, signals, close within a deadline, exit code. */
import { createLog, type Log } from './log.ts'
import { EXIT_CONFIG, SettingsError } from './settings.ts'

export interface Running {
  /** Ends everything the start opened, in reverse order. */
  close(): Promise<void>
}

const CLOSE_DEADLINE_MS = 8_000
const EXIT_FAILED = 1

/**
 * Runs `start` as the whole process: SIGINT or SIGTERM closes it, also while it starts; a wrong setting exits 78, any other failure 1.
 * A second signal, or a close that takes longer than 8 s, exits at once: a kill must be as safe as a close.
 */
export async function run(name: string, start: (log: Log) => Promise<Running>): Promise<void> {
  // Whatever this process writes (credentials, journal, logs) is for its own user.
  process.umask(0o077)
  const log = createLog(name, process.env['SIAGA_LOG_LEVEL'] || 'info')
  // Signals are heard from the first moment: one that comes while this starts, or just as it says so, closes it too.
  const starting = Promise.resolve().then(() => start(log))
  let closing = false
  const stop = (signal: string) => {
    if (closing) process.exit(EXIT_FAILED)
    closing = true
    const deadline = setTimeout(() => {
      log.error({ deadlineMs: CLOSE_DEADLINE_MS }, 'close took too long')
      process.exit(EXIT_FAILED)
    }, CLOSE_DEADLINE_MS)
    deadline.unref()
    log.info({ signal }, 'closing')
    starting
      .then((running) => running.close())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ err: error }, 'close failed')
          process.exit(EXIT_FAILED)
        },
      )
  }
  process.on('SIGINT', () => stop('SIGINT'))
  process.on('SIGTERM', () => stop('SIGTERM'))
  try {
    await starting
  } catch (error) {
    if (error instanceof SettingsError) {
      process.stderr.write(`${name}: ${error.message}\n`)
      process.exit(EXIT_CONFIG)
    }
    log.fatal({ err: error }, 'could not start')
    process.exit(EXIT_FAILED)
  }
}
