/** The module's template library: what the index proves. Store and Delete are never believed, nor sent twice blindly. */
import type { Sensor } from './sensor.ts'
import { SensorError } from './sensor.ts'

type Library = Pick<Sensor, 'send' | 'readIndex'>

/**
 * Deletes one template and reads the index. @returns whether the slot is proven empty; whatever the module said to the
 * command itself counts for nothing.
 * @throws SensorError when the index cannot be read.
 */
export async function deleteTemplate(sensor: Library, slot: number, capacity: number): Promise<boolean> {
  await unbelieved(sensor.send('deleteTemplates', { slot, count: 1 }))
  return !(await sensor.readIndex(capacity)).has(slot)
}

/** Deletes all templates. @returns whether the library is proven empty. @throws as `deleteTemplate` */
export async function emptyLibrary(sensor: Library, capacity: number): Promise<boolean> {
  await unbelieved(sensor.send('emptyLibrary', {}))
  return (await sensor.readIndex(capacity)).size === 0
}

/**
 * Stores the template in buffer 1. @returns whether the index now has the slot, which must have been empty before.
 * @throws as `deleteTemplate`
 */
export async function storeTemplate(sensor: Library, slot: number, capacity: number): Promise<boolean> {
  await unbelieved(sensor.send('storeTemplate', { buffer: 1, slot }))
  return (await sensor.readIndex(capacity)).has(slot)
}

/** The index tells what became of it; only a port that is gone ends the attempt. */
async function unbelieved(sent: Promise<unknown>): Promise<void> {
  try {
    await sent
  } catch (error) {
    if (!(error instanceof SensorError) || error.cause === 'closed') throw error
  }
}
