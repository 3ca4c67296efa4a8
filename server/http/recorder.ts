/** Who did what to whom, by ids: names and secrets stay out of the log. */
import type { Log } from '#runtime/log.ts'
import type { Caller } from '../auth/roles.ts'

export type Recorder = (
  caller: Caller,
  act: string,
  about: Readonly<Partial<{ account: string; role: string; identity: string; session: string; subject: string }>>,
) => void

export function createRecorder(log: Log): Recorder {
  return (caller, act, about) => log.info({ actor: caller.kind === 'person' ? caller.id : caller.kind, ...about }, act)
}
