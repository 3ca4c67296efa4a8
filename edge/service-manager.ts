/**
 * What systemd is told (sd_notify(3)): that the agent is ready, that its event loop still turns, that it closes. Without
 * a service manager nothing is told.
 */
import { z } from 'zod'
import type { Log } from '#runtime/log.ts'
import { sendDatagram } from './libc.ts'

/** Set by systemd for the process it started, not by an operator. */
export const serviceManagerShape = {
  NOTIFY_SOCKET: z.string().optional(),
  /** WatchdogSec of the unit, in microseconds. */
  WATCHDOG_USEC: z.coerce.number().int().positive().optional(),
}
type ServiceManagerSettings = z.output<z.ZodObject<typeof serviceManagerShape>>

/** systemd asks for a sign of life within half of its limit; a third leaves room for a busy machine. */
const SIGNS_PER_LIMIT = 3
const US_IN_MS = 1_000

/** Says that the agent is ready, and from then on that it lives. @returns how to say that it closes */
export function tellServiceManager(settings: ServiceManagerSettings, log: Log): () => void {
  const { NOTIFY_SOCKET: path, WATCHDOG_USEC: limitUs } = settings
  if (path === undefined) return () => {}
  const tell = (words: string) => {
    try {
      sendDatagram(path, words)
    } catch (error) {
      log.warn({ err: error, path, words }, 'the service manager does not hear')
    }
  }
  tell('READY=1')
  if (limitUs !== undefined) setInterval(() => tell('WATCHDOG=1'), limitUs / US_IN_MS / SIGNS_PER_LIMIT).unref()
  return () => tell('STOPPING=1')
}
