/** What the commands of the administration work on: the files of one data directory, beside a running server or without one. */
import { type Credentials, openCredentials } from '../../broker/identity/credentials.ts'
import { type EnrolmentCodes, openEnrolmentCodes } from '../../broker/identity/enrolment-codes.ts'
import { openPolicyTables, type PolicyTables } from '../access/door-policy.ts'
import { type AuditLog, openAuditLog } from '../audit/audit-log.ts'
import { openRegistry, type Registry } from '../registry/registry.ts'

export interface Admin extends PolicyTables {
  readonly dataDir: string
  readonly registry: Registry
  readonly credentials: Credentials
  readonly enrolmentCodes: EnrolmentCodes
  readonly audit: AuditLog
  /** The setting SIAGA_COMMAND_KEY, when the server uses one. */
  readonly commandKeyPem: string | undefined
  /** The setting SIAGA_PUBLIC_URL: where links lead. */
  readonly publicUrl: string | undefined
  /** Epoch ms. */
  readonly nowMs: () => number
  close(): void
}

interface AdminOptions {
  readonly commandKeyPem?: string | undefined
  readonly publicUrl?: string | undefined
  readonly nowMs?: () => number
}

/** @param dataDir must exist */
export function openAdmin(dataDir: string, { commandKeyPem, publicUrl, nowMs = Date.now }: AdminOptions = {}): Admin {
  const registry = openRegistry(dataDir)
  const credentials = openCredentials(dataDir)
  const enrolmentCodes = openEnrolmentCodes(dataDir, nowMs)
  const audit = openAuditLog(dataDir)
  return {
    ...openPolicyTables(registry.db),
    dataDir,
    commandKeyPem,
    publicUrl,
    registry,
    credentials,
    enrolmentCodes,
    audit,
    nowMs,
    close() {
      audit.close()
      enrolmentCodes.close()
      credentials.close()
      registry.close()
    },
  }
}
