/**
 * A simulated fingerprint module on a pseudo-terminal, whose flash survives a restart in a file: the agent opens its
 * path as it opens a serial port, and finds its sensor again.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { openPty } from './pty.ts'
import { createSensorSimulator, type SensorSimulator, type SimulatorOptions } from './simulator.ts'

export interface SimulatedSensor extends SensorSimulator {
  /** The slave, for SIAGA_SENSOR. */
  readonly path: string
}

const Flash = z.object({
  library: z.array(z.tuple([z.int(), z.string()])),
  notepad: z.array(z.tuple([z.int(), z.base64()])),
})

/** `options.library` and `options.notepad` count while there is no file yet. */
export function openSimulatedSensor(flashPath: string, options: SimulatorOptions = {}): SimulatedSensor {
  const pty = openPty()
  const simulator = createSensorSimulator(pty.stream, { ...options, ...readFlash(flashPath) })
  simulator.onFlash(() => writeFlash(flashPath, simulator))
  return {
    ...simulator,
    path: pty.path,
    close: () => {
      simulator.close()
      pty.close()
    },
  }
}

function readFlash(path: string): Pick<SimulatorOptions, 'library' | 'notepad'> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return {} // not there yet: as it comes from the factory
  }
  const { library, notepad } = Flash.parse(JSON.parse(text))
  return { library, notepad: notepad.map(([page, content]) => [page, Buffer.from(content, 'base64')] as const) }
}

/** Written beside and renamed: a crash leaves the old flash or the new one. */
function writeFlash(path: string, { library, notepad }: Pick<SensorSimulator, 'library' | 'notepad'>): void {
  const pages = [...notepad].map(([page, content]) => [page, Buffer.from(content).toString('base64')])
  writeFileSync(`${path}.new`, JSON.stringify({ library: [...library], notepad: pages }), { mode: 0o600 })
  renameSync(`${path}.new`, path)
}
