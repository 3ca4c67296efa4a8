/** Settings of the broker process (design §3.2). */
import { z } from 'zod'
import { commonShape, port } from '#runtime/settings.ts'

export const brokerShape = {
  ...commonShape,
  SIAGA_MQTT_HOST: z.string().default('127.0.0.1'),
  SIAGA_MQTT_PORT: port.default(1883),
  SIAGA_JOURNAL_RETENTION_DAYS: z.coerce.number().min(1).max(3650).default(14),
}
export type BrokerSettings = z.output<z.ZodObject<typeof brokerShape>>
