/** Which port to listen on: a default that is taken moves to the next free one, one given explicitly must be free. */
import { createServer } from 'node:net'

/** Enough for several copies side by side; more means something else is wrong. */
const CANDIDATES_MAX = 50
const PORT_MAX = 65_535

export class PortTakenError extends Error {}

export interface PortWish {
  /** Environment variable a person may set. */
  readonly variable: string
  readonly explicit: number | undefined
  readonly preferred: number
}

/**
 * @param isFree asked for one port after the other
 * @throws PortTakenError that names the variable when nothing can be had
 */
export async function choosePort(wish: PortWish, isFree: (port: number) => Promise<boolean>): Promise<number> {
  const { variable, explicit, preferred } = wish
  if (explicit !== undefined) {
    if (await isFree(explicit)) return explicit
    throw new PortTakenError(`${variable}=${explicit} is in use: choose another, or leave it unset to take a free one.`)
  }
  const last = Math.min(preferred + CANDIDATES_MAX - 1, PORT_MAX)
  for (let port = preferred; port <= last; port += 1) if (await isFree(port)) return port
  throw new PortTakenError(`No port from ${preferred} to ${last} is free: set ${variable} to one that is.`)
}

/** True when this host and port can be listened on now. Any reason against counts: in use, or not ours to open. */
export function isPortFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)))
  })
}
