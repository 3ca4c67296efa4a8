/** Where server and broker of the demonstration listen, and how a client on this machine reaches them. */
import { choosePort, isPortFree } from './ports.ts'
import type { DemoSettings } from './settings.ts'

const HTTP_PORT = 8080
const MQTT_PORT = 1883

export interface Address {
  readonly host: string
  readonly port: number
  /** For clients on this machine, without a slash at its end. */
  readonly url: string
}

export interface Addresses {
  readonly http: Address
  readonly mqtt: Address
  /** What moved, in words for the person. */
  readonly notes: readonly string[]
}

/** @throws PortTakenError when a port that was given is in use */
export async function chooseAddresses(settings: DemoSettings): Promise<Addresses> {
  const http = await chooseAddress('http', settings.SIAGA_HTTP_HOST, {
    variable: 'SIAGA_HTTP_PORT',
    explicit: settings.SIAGA_HTTP_PORT,
    preferred: HTTP_PORT,
  })
  const mqtt = await chooseAddress('mqtt', settings.SIAGA_MQTT_HOST, {
    variable: 'SIAGA_MQTT_PORT',
    explicit: settings.SIAGA_MQTT_PORT,
    preferred: MQTT_PORT,
  })
  const moved = [
    ...(settings.SIAGA_HTTP_PORT === undefined && http.port !== HTTP_PORT ? [[HTTP_PORT, http.port]] : []),
    ...(settings.SIAGA_MQTT_PORT === undefined && mqtt.port !== MQTT_PORT ? [[MQTT_PORT, mqtt.port]] : []),
  ]
  return { http, mqtt, notes: moved.map(([from, to]) => `Port ${from} sedang dipakai program lain: memakai ${to}.`) }
}

async function chooseAddress(scheme: string, host: string, wish: Parameters<typeof choosePort>[0]): Promise<Address> {
  const port = await choosePort(wish, (candidate) => isPortFree(host, candidate))
  return { host, port, url: `${scheme}://${localAddress(host, port)}` }
}

/** Where a client on this machine reaches something that listens on `host`. */
export function localAddress(host: string, port: number): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}
