/**
 * Registers the demonstration in its data directory at each start, through the functions of `npm run admin`:
 * applications, door, people, credentials. History and outboxes of earlier starts stay; credentials are issued anew.
 */
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
import { enrolledFingers, fingers, sampleDoor } from './sample-people.ts'
import { GRACE_S, INTERVAL_S } from './sidecar.ts'

/** An application integration hub, as a province runs one, speaks for many applications. */
const GATEWAY = 'hub-integrasi'

export interface Provisioned {
  readonly fleet: FleetCredentials
  readonly door: MqttCredential & { readonly commandKey: string }
}

/** @param commandKeyPem the server's SIAGA_COMMAND_KEY; left out, its key file is used */
export function provision(dataDirectory: string, commandKeyPem?: string): Provisioned {
  const admin = openAdmin(dataDirectory, { commandKeyPem })
  try {
    registerApps(admin)
    planMaintenance(admin)
    const door = addDevice(admin, { role: 'door', id: sampleDoor.id, name: sampleDoor.name })
    assignPeople(admin)
    assignSlots(dataDirectory)
    const { publicKeyPem } = loadSigningKey(dataDirectory, admin.commandKeyPem)
    return { fleet: issueCredentials(admin), door: { ...door, commandKey: publicKeyPem } }
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
  for (const { person, label, assigned } of fingers) {
    if (person === undefined) continue
    addPerson(admin, { id: person, name: label })
    // From the first start on and for ever: a moment that moved would make a new list at each start.
    if (assigned) assignPerson(admin, { person, door: sampleDoor.id, fromMs: 0, untilMs: null })
  }
}

/** Which template is whose is known at the door alone; there an enrolment would write it. */
function assignSlots(dataDirectory: string): void {
  const store = openDoorStore(join(dataDirectory, 'edge', sampleDoor.id, 'door.db'))
  const slots = createSlots(store)
  for (const { slot, person, id } of enrolledFingers) slots.assign({ slot, person, finger: id })
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
