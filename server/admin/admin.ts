/** What the commands of the administration work on: the files of one data directory, beside a running server or without one. */
import { type Credentials, openCredentials } from '../../broker/identity/credentials.ts'
import { AccessTable } from '../access/access-table.ts'
import { openRegistry, type Registry } from '../registry/registry.ts'

export interface Admin {
  readonly dataDir: string
  readonly registry: Registry
  readonly access: AccessTable
  readonly credentials: Credentials
  /** The setting SIAGA_COMMAND_KEY, when the server uses one. */
  readonly commandKeyPem: string | undefined
  /** Epoch ms. */
  readonly nowMs: () => number
  close(): void
}

interface AdminOptions {
  readonly commandKeyPem?: string | undefined
  readonly nowMs?: () => number
}

/** @param dataDir must exist */
export function openAdmin(dataDir: string, { commandKeyPem, nowMs = Date.now }: AdminOptions = {}): Admin {
  const registry = openRegistry(dataDir)
  const credentials = openCredentials(dataDir)
  return {
    dataDir,
    commandKeyPem,
    registry,
    access: new AccessTable(registry.db),
    credentials,
    nowMs,
    close() {
      credentials.close()
      registry.close()
    },
  }
}
