/**
 * Registers the demonstration in its data directory at each start, through the functions of `npm run admin`:
 * applications, doors, people, credentials. History and outboxes of earlier starts stay; credentials are issued anew.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openDoorStore } from '../../edge/door/door-store.ts'
import { createSlots } from '../../edge/door/slots.ts'
import { loadSigningKey } from '../../server/access/signing-key.ts'
import { addPerson, assignPerson } from '../../server/admin/access-commands.ts'
import { type Admin, openAdmin } from '../../server/admin/admin.ts'
import { announceMaintenance, importAppsFrom, issueAppToken } from '../../server/admin/app-commands.ts'
import { addDevice, addGateway } from '../../server/admin/identity-commands.ts'
import type { MqttCredential } from './delivery.ts'
import { plannedMaintenance } from './drama.ts'
import { type FleetCredentials, transportOf } from './fleet.ts'
import { sampleApps } from './sample-apps.ts'
import { enrolledAt, fingers, type SampleDoor, sampleDoors } from './sample-people.ts'
import { GRACE_S, INTERVAL_S } from './sidecar.ts'

/** An application integration hub, as a province runs one, speaks for many applications. */
const GATEWAY = 'hub-integrasi'

export interface Provisioned {
  readonly fleet: FleetCredentials
  /** What the agent of a door needs. */
  readonly doorOf: (id: string) => MqttCredential & { readonly commandKey: string }
}

/** @param commandKeyPem the server's SIAGA_COMMAND_KEY; left out, its key file is used */
export function provision(dataDirectory: string, commandKeyPem?: string): Provisioned {
  const admin = openAdmin(dataDirectory, { commandKeyPem })
  try {
    registerApps(admin)
    planMaintenance(admin)
    const { publicKeyPem: commandKey } = loadSigningKey(dataDirectory, admin.commandKeyPem)
    const doors = new Map(
      sampleDoors.map((door) => [door.id, { ...addDevice(admin, { role: 'door', ...door }), commandKey }]),
    )
    assignPeople(admin)
    for (const door of sampleDoors) assignSlots(dataDirectory, door)
    return { fleet: issueCredentials(admin), doorOf: (id) => required(doors, id) }
  } finally {
    admin.close()
  }
}

function registerApps(admin: Admin): void {
  const rows = sampleApps.map((app) => ({ ...app, intervalS: INTERVAL_S, graceS: GRACE_S, simulated: true }))
  const outcome = importAppsFrom(admin, JSON.stringify(rows))
  if (!outcome.ok) throw new Error(`the sample registry is not valid: ${JSON.stringify(outcome.badRows)}`)
}

/** Relative to this start; what is left of an earlier start's window goes, or two would overlap. */
function planMaintenance(admin: Admin): void {
  const { app, fromMs, lastsMs, reason } = plannedMaintenance
  const nowMs = admin.nowMs()
  for (const window of admin.registry.maintenance.endingAfter(nowMs)) {
    if (window.app === app && window.reason === reason) admin.registry.maintenance.remove(window.id)
  }
  announceMaintenance(admin, { app, fromMs: nowMs + fromMs, untilMs: nowMs + fromMs + lastsMs, reason })
}

function assignPeople(admin: Admin): void {
  for (const { person, label } of fingers) if (person !== undefined) addPerson(admin, { id: person, name: label })
  for (const { id: door, assigned } of sampleDoors) {
    for (const { person, fromMs } of assigned) assignPerson(admin, { person, door, fromMs, untilMs: null })
  }
}

/** Where the simulated sensor of a door keeps its flash. */
export function sensorFlashPath(dataDirectory: string, door: string): string {
  return join(dataDirectory, 'edge', door, 'simulated-sensor.json')
}

/** Which template is whose is known at the door alone, where an enrolment writes it: here only for a new sensor. */
function assignSlots(dataDirectory: string, door: SampleDoor): void {
  if (existsSync(sensorFlashPath(dataDirectory, door.id))) return
  const store = openDoorStore(join(dataDirectory, 'edge', door.id, 'door.db'))
  const slots = createSlots(store)
  for (const { slot, person, id } of enrolledAt(door)) slots.assign({ slot, person, finger: id })
  store.close()
}

function issueCredentials(admin: Admin): FleetCredentials {
  const mqtt = new Map<string, MqttCredential>()
  const tokens = new Map<string, string>()
  const spokenFor: string[] = []
  for (const [index, { id }] of sampleApps.entries()) {
    const transport = transportOf(index)
    if (transport === 'gateway') spokenFor.push(id)
    else if (transport === 'mqtt') mqtt.set(id, issueAppToken(admin, id))
    else tokens.set(id, issueAppToken(admin, id).password)
  }
  return { mqtt, tokens, gateway: addGateway(admin, GATEWAY, spokenFor) }
}

/** @throws Error for a door that was not provisioned: a fault of the demonstration, not of its user */
function required<T>(values: ReadonlyMap<string, T>, door: string): T {
  const value = values.get(door)
  if (value === undefined) throw new Error(`door ${door} was not provisioned`)
  return value
}
