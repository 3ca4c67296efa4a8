/** All simulated OPD applications with their senders: who reports how, and what the plan of drama does to them. */
import { type Clock, systemClock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import { type Delivery, deliverByLink, deliverByMqtt, deliverByPush, type MqttCredential } from './delivery.ts'
import { type AppMode, plannedMode } from './drama.ts'
import { type OpdApplication, startOpdApplication } from './opd-application.ts'
import { createRandom, seedOf } from './random.ts'
import type { SampleApp } from './sample-apps.ts'
import { type Sidecar, startSidecar } from './sidecar.ts'

export type Transport = 'mqtt' | 'push' | 'link' | 'gateway'

/** About half by MQTT, a third through the gateway, the rest by HTTP; a link for the cron jobs among them. */
const transportsByTurn: readonly Transport[] = [
  ...(['mqtt', 'gateway', 'mqtt', 'push', 'mqtt', 'gateway'] as const),
  ...(['mqtt', 'gateway', 'mqtt', 'push', 'mqtt', 'link'] as const),
]

export function transportOf(index: number): Transport {
  return transportsByTurn[index % transportsByTurn.length] ?? 'mqtt'
}

const DRAMA_TICK_MS = 1_000

/** What the applications need to report; tokens by application id. */
export interface FleetCredentials {
  readonly mqtt: ReadonlyMap<string, MqttCredential>
  readonly tokens: ReadonlyMap<string, string>
  readonly gateway: MqttCredential
}

interface FleetMember {
  readonly application: OpdApplication
  readonly transport: Transport
}

export interface Fleet {
  readonly members: readonly FleetMember[]
  /** From now on this mode, whatever the plan says. @returns false when there is no such application */
  setMode(app: string, mode: AppMode): Promise<boolean>
  close(): Promise<void>
}

export interface FleetOptions {
  readonly apps: readonly SampleApp[]
  readonly credentials: FleetCredentials
  readonly mqttUrl: string
  readonly httpUrl: string
  readonly log: Log
  readonly clock?: Clock
}

export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const { apps, log, clock = systemClock } = options
  const startedMs = clock.monoMs()
  const members = await Promise.all(
    apps.map(async (app, index) => ({
      application: await startOpdApplication(app, { clock, random: createRandom(seedOf(app.id)) }),
      transport: transportOf(index),
    })),
  )
  const gateway = deliverByMqtt(options.mqttUrl, options.credentials.gateway, log)
  const deliveries = members.map((member) => deliveryOf(member, gateway, options))
  const sidecars: Sidecar[] = members.map(({ application }, index) =>
    startSidecar({
      application,
      deliver: (deliveries[index] ?? gateway).deliver,
      phase: index / members.length,
      clock,
      log,
    }),
  )
  const byHand = new Set<string>()
  const ticker = setInterval(() => {
    for (const { application } of members) {
      if (byHand.has(application.app.id)) continue
      const mode = plannedMode(application.app.id, clock.monoMs() - startedMs)
      application
        .setMode(mode)
        .catch((error: unknown) => log.error({ err: error }, 'application did not change its mode'))
    }
  }, DRAMA_TICK_MS)

  return {
    members,
    async setMode(app, mode) {
      const member = members.find(({ application }) => application.app.id === app)
      if (!member) return false
      byHand.add(app)
      await member.application.setMode(mode)
      return true
    },
    async close() {
      clearInterval(ticker)
      for (const sidecar of sidecars) sidecar.close()
      await Promise.all([gateway, ...deliveries].map((delivery) => delivery.close()))
      await Promise.all(members.map(({ application }) => application.close()))
    },
  }
}

function deliveryOf({ application, transport }: FleetMember, gateway: Delivery, options: FleetOptions): Delivery {
  const { id } = application.app
  const { credentials, mqttUrl, httpUrl, log } = options
  switch (transport) {
    case 'gateway':
      return { deliver: gateway.deliver, close: async () => {} }
    case 'mqtt':
      return deliverByMqtt(mqttUrl, required(credentials.mqtt, id), log)
    case 'push':
      return deliverByPush(httpUrl, required(credentials.tokens, id))
    case 'link':
      return deliverByLink(httpUrl, required(credentials.tokens, id))
  }
}

/** @throws Error when provisioning forgot one: a fault of the demonstration, not of its user */
function required<T>(values: ReadonlyMap<string, T>, app: string): T {
  const value = values.get(app)
  if (value === undefined) throw new Error(`no credential was made for ${app}`)
  return value
}
