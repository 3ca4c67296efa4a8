/** Settings of the server process (design §3.2). */
import { z } from 'zod'
import { Id } from '#contract/identifiers.ts'
import { commonShape, flag, port } from '#runtime/settings.ts'
import { secondFactorRules } from './auth/session-age.ts'

const url = (protocols: RegExp, example: string) =>
  z.url({ protocol: protocols, error: `expected an address like ${example}` })
const pem = z
  .string()
  .startsWith('-----BEGIN ', 'expected the text of a PEM file; give its path as the setting with _FILE instead')

export const serverShape = {
  ...commonShape,
  SIAGA_SERVER: Id.default('main'),
  /** Beyond loopback more is required: auth/exposure.ts. */
  SIAGA_HTTP_HOST: z.string().min(1).default('127.0.0.1'),
  SIAGA_HTTP_PORT: port.default(8080),
  SIAGA_HTTP_CERT: pem.optional(),
  SIAGA_HTTP_KEY: pem.optional(),
  SIAGA_TRUST_PROXY: z
    .string()
    .regex(/^[0-9a-f.:/]+(,[0-9a-f.:/]+)*$/i, 'expected addresses of proxies, as 127.0.0.1,10.0.0.0/24')
    .optional(),
  SIAGA_METRICS_TOKEN: z.string().min(32, 'expected at least 32 random characters').optional(),
  SIAGA_PUBLIC_URL: url(/^https?$/, 'https://siaga.example').optional(),
  SIAGA_BREACHED_PASSWORDS: z.string().optional(),
  SIAGA_SECOND_FACTOR: z.enum(secondFactorRules).default('everyone'),
  /** Login by a provider; what else it needs: auth/provider-settings.ts. */
  SIAGA_OIDC_ISSUER: url(/^https?$/, 'https://login.example/realms/province').optional(),
  SIAGA_OIDC_CLIENT_ID: z.string().min(1).optional(),
  SIAGA_OIDC_CLIENT_SECRET: z.string().min(1).optional(),
  SIAGA_OIDC_NAME: z.string().min(1).max(40).default('SSO'),
  SIAGA_WEB_DIR: z.string().default('./dist/web'),
  SIAGA_HEARTBEAT_URLS: flag.default(true),
  SIAGA_MQTT_URL: url(/^(mqtts?|wss?)$/, 'mqtt://127.0.0.1:1883').default('mqtt://127.0.0.1:1883'),
  SIAGA_MQTT_USERNAME: z.string().optional(),
  SIAGA_MQTT_PASSWORD: z.string().optional(),
  SIAGA_INFLUX_URL: url(/^https?$/, 'http://127.0.0.1:8086').optional(),
  SIAGA_INFLUX_DATABASE: z.string().default('siaga'),
  SIAGA_INFLUX_USERNAME: z.string().optional(),
  SIAGA_INFLUX_PASSWORD: z.string().optional(),
  SIAGA_INFLUX_READ_USERNAME: z.string().optional(),
  SIAGA_INFLUX_READ_PASSWORD: z.string().optional(),
  SIAGA_COMMAND_KEY: z.string().optional(),
  SIAGA_SIMULATOR_URL: url(/^http$/, 'http://127.0.0.1:8090').optional(),
}
export type ServerSettings = z.output<z.ZodObject<typeof serverShape>>
