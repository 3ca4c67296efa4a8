/** The one file that knows the QR library. */
import { encode } from 'uqr'

export interface QrCode {
  /** Modules on each side, the quiet zone included. */
  readonly size: number
  /** SVG path of the dark modules. */
  readonly path: string
}

/** ISO/IEC 18004: four light modules around it. */
const QUIET_ZONE = 4

export function qrCode(text: string): QrCode {
  const { size, data } = encode(text, { ecc: 'M', border: QUIET_ZONE })
  const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('')
  return { size, path }
}
