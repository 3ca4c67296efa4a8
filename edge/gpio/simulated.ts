/**
 * GPIO lines in memory. With a socket path they can be driven from outside, JSON lines on a Unix socket:
 * the agent says `{"line":"strike","level":0|1}`, and so for each output, on connect and on each change; a bench says
 * `{"line":"contact","level":0|1}`, and so for each input. A wrong line is answered with `{"error":"…"}` and changes
 * nothing.
 */
import { once } from 'node:events'
import { chmodSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { z } from 'zod'
import { createListeners } from './listeners.ts'
import {
  type Edge,
  type GpioPort,
  type InputLine,
  inputLines,
  type Level,
  type OutputLine,
  outputLines,
  restLevels,
  type StrikeLine,
} from './port.ts'

interface SimulatedOutput {
  readonly line: OutputLine | 'strike'
  readonly level: Level
}

export interface SimulatedGpio extends GpioPort, StrikeLine {
  /** Sets an input, as a door or a button would. */
  drive(line: InputLine, level: Level): void
  readonly strike: Level
  /** The outputs that the agent drives itself. */
  write(line: OutputLine, level: Level): void
  /** Calls back at each change of an output; returns how to stop that. */
  onOutput(listener: (output: SimulatedOutput) => void): () => void
}

const Drive = z.object({ line: z.enum(inputLines), level: z.union([z.literal(0), z.literal(1)]) })
/** A request is 31 bytes; more than this without a line end is no request. */
const LINE_CHARACTERS_MAX = 256
/** A bench and somebody who watches it. */
const CONNECTIONS_MAX = 8

export async function openSimulatedGpio(socketPath?: string): Promise<SimulatedGpio> {
  const lines = createLines()
  const server = socketPath === undefined ? undefined : await serve(socketPath, lines)
  return {
    ...lines,
    get strike() {
      return lines.level('strike')
    },
    close: async () => server?.close(),
  }
}

type Lines = ReturnType<typeof createLines>

function createLines() {
  const inputs = new Map<InputLine, Level>()
  const read = (line: InputLine) => inputs.get(line) ?? 0
  const levels = new Map<OutputLine | 'strike', Level>([['strike', 0]])
  for (const line of outputLines) levels.set(line, restLevels[line])
  const edges = createListeners<Edge>()
  const outputs = createListeners<SimulatedOutput>()
  const write = (line: OutputLine | 'strike', level: Level) => {
    if (levels.get(line) === level) return
    levels.set(line, level)
    outputs.tell({ line, level })
  }
  return {
    setStrike: (level: Level) => write('strike', level),
    write,
    level: (line: OutputLine | 'strike'): Level => levels.get(line) ?? 0,
    outputs: () => [...levels].map(([line, level]) => ({ line, level })),
    read,
    drive(line: InputLine, level: Level) {
      if (level === read(line)) return
      inputs.set(line, level)
      edges.tell({ line, level })
    },
    onEdge: edges.add,
    onOutput: outputs.add,
  }
}

async function serve(path: string, lines: Lines): Promise<{ close(): Promise<void> }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    const say = (output: SimulatedOutput) => socket.write(`${JSON.stringify(output)}\n`)
    const silence = lines.onOutput(say)
    for (const output of lines.outputs()) say(output)
    socket.on('close', () => {
      silence()
      sockets.delete(socket)
    })
    socket.on('error', () => socket.destroy()) // the bench went away; its lines keep their levels
    readLines(socket, (line) => obey(line, lines, socket))
  })
  server.maxConnections = CONNECTIONS_MAX
  rmSync(path, { force: true }) // left by an agent that was killed; the directory's lock keeps live ones apart
  await listen(server, path)
  chmodSync(path, 0o600)
  return {
    close: async () => {
      // After what was said last, so that a bench sees the strike relock.
      for (const socket of sockets) socket.destroySoon()
      server.close()
      await once(server, 'close')
    },
  }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function readLines(socket: Socket, take: (line: string) => void): void {
  let text = ''
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => {
    const parts = (text + chunk).split('\n')
    text = parts.pop() ?? ''
    for (const line of parts) take(line)
    if (text.length > LINE_CHARACTERS_MAX) socket.destroy()
  })
}

function obey(line: string, lines: Lines, socket: Socket): void {
  const request = parseDrive(line)
  if ('error' in request) socket.write(`${JSON.stringify(request)}\n`)
  else lines.drive(request.line, request.level)
}

function parseDrive(line: string): z.infer<typeof Drive> | { error: string } {
  try {
    const parsed = Drive.safeParse(JSON.parse(line))
    return parsed.success ? parsed.data : { error: z.prettifyError(parsed.error) }
  } catch (error) {
    return { error: `not JSON: ${error instanceof Error ? error.message : String(error)}` }
  }
}
