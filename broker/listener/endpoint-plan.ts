/** Settings → where to listen: beyond loopback only with TLS, unless it is asked for by name. */
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { SettingsError } from '#runtime/settings.ts'
import type { BrokerSettings } from '../settings.ts'
import type { Certificate, Endpoint } from './endpoints.ts'

export interface EndpointPlan {
  readonly endpoints: readonly Endpoint[]
  /** What the operator should know of it. */
  readonly warnings: readonly string[]
}

const LOOPBACK_HOST = '127.0.0.1'
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/

/**
 * TCP always; TLS and WebSocket when their port is set. On a host beyond loopback plain TCP stays on 127.0.0.1 beside
 * TLS, for programs of the same machine.
 * @throws SettingsError naming what is missing
 */
export function planEndpoints(settings: BrokerSettings): EndpointPlan {
  const { SIAGA_MQTT_HOST: host, SIAGA_MQTT_INSECURE: insecure, SIAGA_MQTTS_PORT: tlsPort } = settings
  const certificate = readCertificate(settings)
  if (tlsPort !== undefined && !certificate) {
    throw new SettingsError('SIAGA_MQTTS_PORT needs SIAGA_MQTT_CERT and SIAGA_MQTT_KEY')
  }
  const local = LOOPBACK.test(host)
  const plainHost = local || insecure ? host : LOOPBACK_HOST
  const webSocketPort = settings.SIAGA_MQTT_WS_PORT
  if (!local && !insecure && tlsPort === undefined && !(webSocketPort !== undefined && certificate)) {
    throw new SettingsError(
      `SIAGA_MQTT_HOST is "${host}": beyond loopback passwords must not travel in clear. Set SIAGA_MQTTS_PORT with SIAGA_MQTT_CERT and SIAGA_MQTT_KEY, or use 127.0.0.1; SIAGA_MQTT_INSECURE=1 listens all the same`,
    )
  }
  const endpoints: Endpoint[] = [
    { kind: 'tcp', host: plainHost, port: settings.SIAGA_MQTT_PORT, setting: 'SIAGA_MQTT_PORT' },
  ]
  if (tlsPort !== undefined) {
    endpoints.push({ kind: 'tls', host, port: tlsPort, certificate, setting: 'SIAGA_MQTTS_PORT' })
  }
  if (webSocketPort !== undefined) {
    const webSocketHost = certificate ? host : plainHost
    endpoints.push({
      kind: 'websocket',
      host: webSocketHost,
      port: webSocketPort,
      certificate,
      setting: 'SIAGA_MQTT_WS_PORT',
    })
  }
  return { endpoints, warnings: local || !insecure ? [] : [insecureWarning(host)] }
}

function insecureWarning(host: string): string {
  return `SIAGA_MQTT_INSECURE=1: MQTT without TLS on ${host}, anyone on the way reads passwords and forges messages`
}

function readCertificate(settings: BrokerSettings): Certificate | undefined {
  const cert = readPem('SIAGA_MQTT_CERT', settings.SIAGA_MQTT_CERT)
  const key = readPem('SIAGA_MQTT_KEY', settings.SIAGA_MQTT_KEY)
  if (cert === undefined && key === undefined) return undefined
  if (cert === undefined || key === undefined) {
    throw new SettingsError(
      `SIAGA_MQTT_CERT and SIAGA_MQTT_KEY belong together, ${cert ? 'the key' : 'the certificate'} is missing`,
    )
  }
  try {
    createSecureContext({ cert, key })
  } catch (error) {
    throw new SettingsError(`SIAGA_MQTT_CERT and SIAGA_MQTT_KEY cannot be used together: ${(error as Error).message}`)
  }
  return { cert, key }
}

function readPem(name: string, value: string | undefined): string | undefined {
  if (value === undefined || value.includes('-----BEGIN')) return value
  try {
    return readFileSync(value, 'utf8')
  } catch (error) {
    throw new SettingsError(`${name} is neither PEM nor the path of a PEM file: ${(error as Error).message}`)
  }
}
