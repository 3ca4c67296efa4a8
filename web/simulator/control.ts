/** The simulator's control over HTTP, demo only: what it offers, and the buttons that can be pressed. */
import { z } from 'zod'
import { call } from '../lib/api.ts'

export const appModes = ['normal', 'slow', 'failing', 'stopped'] as const
const AppMode = z.enum(appModes)
export type AppMode = z.infer<typeof AppMode>

export const contactActions = ['push', 'close', 'force'] as const
export type ContactAction = (typeof contactActions)[number]

const SimulatedDoor = z.object({
  id: z.string(),
  name: z.string(),
  /** True while the strike releases the door. */
  strike: z.boolean(),
  open: z.boolean(),
  fingers: z.array(z.object({ id: z.string(), label: z.string(), expectation: z.string() })),
})
export type SimulatedDoor = z.infer<typeof SimulatedDoor>

const SimulatedApp = z.object({
  id: z.string(),
  name: z.string(),
  transport: z.string(),
  mode: AppMode,
  address: z.string(),
})
export type SimulatedApp = z.infer<typeof SimulatedApp>

const Simulation = z.object({ doors: z.array(SimulatedDoor), apps: z.array(SimulatedApp) })
export type Simulation = z.infer<typeof Simulation>

const base = '/api/v1/simulator'
/** Presses are answered with nothing the page needs: the next poll shows what they did. */
const Pressed = z.unknown()

export const loadSimulation = (signal: AbortSignal): Promise<Simulation> => call(base, Simulation, { signal })

const press = (path: string, body: unknown = {}) => call(`${base}/${path}`, Pressed, { method: 'POST', body })

export const pressFinger = (door: string, finger: string) =>
  press(`doors/${encodeURIComponent(door)}/fingers/${encodeURIComponent(finger)}`)

export const moveDoor = (door: string, action: ContactAction) =>
  press(`doors/${encodeURIComponent(door)}/contact`, { action })

export const setMode = (app: string, mode: AppMode) => press(`apps/${encodeURIComponent(app)}`, { mode })
