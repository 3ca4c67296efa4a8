/**
 * Knows whether the sensor on the wall is still the one that was put there: a secret in a page of its notepad. The
 * wire is not encrypted, so this reveals a swap, it does not withstand somebody who listens on the wire.
 */
import { NOTEPAD_PAGES } from './datasheet.ts'
import type { Sensor } from './sensor.ts'

/** The last page: whoever else uses the notepad begins at the first. */
const SECRET_PAGE = NOTEPAD_PAGES - 1
export const SECRET_BYTES = 32

type Notepad = Pick<Sensor, 'readNotepad' | 'writeNotepad'>

/** Whether the secret is in the module; one without a notepad does not have it. Other bytes are read twice before they count. */
export async function isPaired(sensor: Notepad, secret: Uint8Array): Promise<boolean> {
  for (let look = 0; look < 2; look += 1) {
    const content = await sensor.readNotepad(SECRET_PAGE)
    if (content !== 'unsupported' && Buffer.from(content).equals(secret)) return true
  }
  return false
}

/** @returns whether the secret is proven to be there by reading it. */
export async function pair(sensor: Notepad, secret: Uint8Array): Promise<boolean> {
  await sensor.writeNotepad(SECRET_PAGE, secret)
  return isPaired(sensor, secret)
}
