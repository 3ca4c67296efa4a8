/** The one vocabulary of application states (design §3.4), worst first where order matters. */
import { z } from 'zod'

export const AppState = z.enum(['new', 'up', 'late', 'degraded', 'down', 'maintenance', 'unknown'])
export type AppState = z.infer<typeof AppState>

/** Order in which a person should look at them; index 0 is the most urgent. */
export const statesBySeverity: readonly AppState[] = ['down', 'degraded', 'unknown', 'late', 'maintenance', 'new', 'up']

/** Why an application is in its state: the source that decided. */
export const Cause = z.enum([
  'registered', // known, never heard
  'heartbeat', // a heartbeat said so
  'reported', // the application itself reported degraded or down
  'silence', // interval, or interval + grace, passed without a heartbeat
  'maintenance', // a planned window is open
  'own-outage', // Siaga could not hear during this time
])
export type Cause = z.infer<typeof Cause>
