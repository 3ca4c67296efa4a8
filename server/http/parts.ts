/** What the routes need of the server: looked up at each request, so routes hold no state. */
import type { Identity } from '#contract/access.ts'
import type { Snapshot } from '#contract/live.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import type { Credentials } from '../../broker/identity/credentials.ts'
import type { EnrolmentCodes } from '../../broker/identity/enrolment-codes.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { Auth } from '../auth/auth.ts'
import type { DoorCommands } from '../commands/door-commands.ts'
import type { Pushes } from '../push/pushes.ts'
import type { Registry } from '../registry/registry.ts'
import type { SeriesStore } from '../series/store.ts'
import type { Readiness } from './readiness.ts'

export interface HttpParts {
  readonly clock: Clock
  readonly log: Log
  readonly snapshot: () => Snapshot
  readonly readiness: () => Readiness
  /** Undefined in the demo, which has no login. */
  readonly auth: Auth | undefined
  readonly metricsToken: string | undefined
  readonly credentials: Pick<Credentials, 'list' | 'tokensOf' | 'issue' | 'revoke' | 'end' | 'setApps' | 'accept'>
  readonly enrolmentCodes: EnrolmentCodes
  /** Public half of the key that signs commands and access lists, SPKI PEM. */
  readonly commandKey: string
  /** When each token was last used, epoch ms by issue. */
  readonly lastUses: () => ReadonlyMap<string, number>
  readonly audit: AuditLog
  readonly registry: Registry
  readonly series: SeriesStore
  readonly pushes: Pushes
  /** The identity behind a bearer token. */
  readonly identityOf: (token: string) => Identity | undefined
  readonly isRegistered: (app: string) => boolean
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>
  /** False: `/hb/{token}` answers 404. */
  readonly heartbeatUrls: boolean
  readonly commands: DoorCommands
  /** Address of the simulator's control API in demo mode. */
  readonly simulatorUrl: string | undefined
  /** Directory of the built web pages. */
  readonly webDir: string
}
