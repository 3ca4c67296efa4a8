/**
 * The far end of a door agent's simulated GPIO lines (edge/gpio/simulated.ts): knows the strike, drives the contact and the
 * touch line. The agent owns the socket; whenever it is away this end comes back and says their levels again.
 */
import { createHash } from 'node:crypto'
import { createConnection, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'

/** A path longer than sun_path (108 bytes with its NUL, unix(7)) cannot be bound. */
const SOCKET_PATH_BYTES_MAX = 107
const RECONNECT_MS = 300

const Strike = z.object({ line: z.literal('strike'), level: z.union([z.literal(0), z.literal(1)]) })

/** Where a door's lines are, for SIAGA_GPIO_SIMULATED_SOCKET. */
export function gpioSocketPath(dataDirectory: string, door: string): string {
  const path = join(resolve(dataDirectory), `gpio-${door}.sock`)
  if (Buffer.byteLength(path) <= SOCKET_PATH_BYTES_MAX) return path
  return join(tmpdir(), `siaga-${createHash('sha256').update(path).digest('hex').slice(0, 24)}.sock`)
}

export interface GpioBench {
  /** True while the door is released; false also while the agent is away, as the strike guard would have it. */
  readonly strike: boolean
  /** True while the door stands open. */
  readonly open: boolean
  setOpen(open: boolean): void
  /** A finger lies on the sensor, whose touch line goes with it. */
  setTouched(touched: boolean): void
  close(): void
}

export function openGpioBench(socketPath: string): GpioBench {
  let socket: Socket | undefined
  let timer: NodeJS.Timeout | undefined
  let strike = false
  let open = false
  let touched = false
  let closing = false

  const say = (line: string, isActive: boolean) =>
    socket?.write(`${JSON.stringify({ line, level: isActive ? 1 : 0 })}\n`)
  const connect = () => {
    const current = createConnection(socketPath, () => {
      socket = current
      say('contact', open)
      say('touch', touched)
    })
    current.on('error', () => current.destroy()) // the agent is not there (yet); 'close' comes next
    current.on('close', () => {
      socket = undefined
      strike = false
      if (!closing) timer = setTimeout(connect, RECONNECT_MS)
    })
    const lines = createInterface({ input: current })
    lines.on('line', (line) => {
      strike = strikeIn(line) ?? strike
    })
    lines.on('error', () => lines.close()) // the socket's own error, told twice
  }
  connect()

  return {
    get strike() {
      return strike
    },
    get open() {
      return open
    },
    setOpen(wanted) {
      open = wanted
      say('contact', open)
    },
    setTouched(wanted) {
      touched = wanted
      say('touch', touched)
    },
    close() {
      closing = true
      clearTimeout(timer)
      socket?.destroy()
    },
  }
}

function strikeIn(line: string): boolean | undefined {
  try {
    const parsed = Strike.safeParse(JSON.parse(line))
    return parsed.success ? parsed.data.level === 1 : undefined
  } catch {
    return undefined // an answer to a wrong line; this end sends none
  }
}
