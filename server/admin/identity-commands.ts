/** Administration of identities: doors, vantages, gateways, and their end. */
import { identityName } from '#contract/access.ts'
import { Id } from '#contract/identifiers.ts'
import type { Credential } from '../../broker/identity/credentials.ts'
import type { DeviceRole } from '../registry/devices.ts'
import type { Admin } from './admin.ts'
import { AdminError, notFound, usageError } from './failures.ts'

/** @throws AdminError when it is not `[a-z0-9-]{1,64}` */
export function requireId(written: string): string {
  const id = Id.safeParse(written)
  if (!id.success) throw usageError(`"${written}" is no id: an id is 1 to 64 of a-z, 0-9 and -`)
  return id.data
}

interface NewDevice {
  readonly role: DeviceRole
  readonly id: string
  readonly name?: string | undefined
}

/** Adds a device, or gives an existing one a new token; the older token stops working at once. */
export function addDevice(admin: Admin, { role, id, name }: NewDevice): Credential {
  admin.registry.devices.add(role, requireId(id), name)
  return admin.credentials.issue({ role, id })
}

/** An identity that sends heartbeats for the applications named, or for all when none are named. */
export function addGateway(admin: Admin, id: string, apps?: readonly string[]): Credential {
  const speaksFor = apps?.map(requireId)
  return admin.credentials.issue({ role: 'gateway', id: requireId(id), ...(speaksFor && { apps: speaksFor }) })
}

/**
 * Ends a credential; a connection made with it is closed by the broker.
 * @param written `app:simrs`, `door:ruang-komando`, …, or an id that only one identity has
 * @returns the user name that was revoked
 * @throws AdminError when there is none, or more than one
 */
export function revokeIdentity(admin: Admin, written: string): string {
  const identities = admin.credentials.list()
  const names = identities.map(identityName)
  const found = names.includes(written) ? [written] : identities.filter(({ id }) => id === written).map(identityName)
  const [username, ...others] = found
  if (username === undefined) {
    throw notFound('credential', written, [...names, ...identities.map(({ id }) => id)], 'nothing was revoked')
  }
  if (others.length > 0) throw new AdminError(`"${written}" is ${found.join(' and ')}: say which`)
  admin.credentials.revoke(username)
  return username
}
