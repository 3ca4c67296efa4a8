/** Settings of the broker process (design §3.2). */
import { z } from 'zod'
import { commonShape, flag, port } from '#runtime/settings.ts'

export const brokerShape = {
  ...commonShape,
  SIAGA_MQTT_HOST: z.string().default('127.0.0.1'),
  SIAGA_MQTT_PORT: port.default(1883),
  SIAGA_MQTTS_PORT: port.optional(),
  SIAGA_MQTT_WS_PORT: port.optional(),
  /** PEM, or the path of a PEM file. */
  SIAGA_MQTT_CERT: z.string().optional(),
  SIAGA_MQTT_KEY: z.string().optional(),
  SIAGA_MQTT_INSECURE: flag.default(false),
  /** 5,000 devices that come back before their dead connections are noticed, and some air; an idle one costs about 40 kB. */
  SIAGA_MQTT_CONNECTIONS: z.coerce.number().int().min(1).default(11_000),
  SIAGA_MQTT_CONNECTIONS_PER_ADDRESS: z.coerce.number().int().min(1).default(1_000),
  SIAGA_JOURNAL_RETENTION_DAYS: z.coerce.number().min(1).max(3650).default(14),
}
export type BrokerSettings = z.output<z.ZodObject<typeof brokerShape>>
