/** Administration of identities: doors, vantages, gateways, and their end. */
import { identityName } from '#contract/access.ts'
import { Id } from '#contract/identifiers.ts'
import type { Credential } from '../../broker/identity/credentials.ts'
import type { IssuedCode } from '../../broker/identity/enrolment-codes.ts'
import type { DeviceRole } from '../registry/devices.ts'
import type { Admin } from './admin.ts'
import { AdminError, notFound, usageError } from './failures.ts'

/** @throws AdminError when it is not `[a-z0-9-]{1,64}` */
export function requireId(written: string): string {
  const id = Id.safeParse(written)
  if (!id.success) throw usageError(`"${written}" is no id: an id is 1 to 64 of a-z, 0-9 and -`)
  return id.data
}

export interface NewDevice {
  readonly role: DeviceRole
  readonly id: string
  readonly name?: string | undefined
}

/** Adds a device, or gives an existing one a new token; the older token stops working at once. */
export function addDevice(admin: Admin, { role, id, name }: NewDevice): Credential {
  admin.registry.devices.add(role, requireId(id), name)
  return admin.credentials.issue({ role, id })
}

/** Adds a device, or enrols an existing one anew: a code with which it makes its own token. */
export function enrolDevice(admin: Admin, { role, id, name }: NewDevice): IssuedCode {
  admin.registry.devices.add(role, requireId(id), name)
  return admin.enrolmentCodes.issue({ role, id })
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
  const names = [
    ...new Set([...identities.map(identityName), ...admin.enrolmentCodes.open().map((code) => code.username)]),
  ]
  const found = names.includes(written) ? [written] : names.filter((name) => idOf(name) === written)
  const [username, ...others] = found
  if (username === undefined) {
    throw notFound('credential', written, [...names, ...names.map(idOf)], 'nothing was revoked')
  }
  if (others.length > 0) throw new AdminError(`"${written}" is ${found.join(' and ')}: say which`)
  admin.credentials.revoke(username)
  admin.enrolmentCodes.revoke(username)
  return username
}

function idOf(username: string): string {
  return username.slice(username.indexOf(':') + 1)
}
