/** One JSON line an event, on standard error; standard output stays free for answers. */
import pino, { type Logger } from 'pino'

export type Log = Logger

export function createLog(process: string, level = 'info'): Log {
  return pino(
    { name: process, level, base: { process }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination(2),
  )
}

export const silentLog: Log = pino({ level: 'silent' })
