/** One-time codes as an app on a telephone shows them (RFC 6238). */
import { createHmac } from 'node:crypto'

const STEP_S = 30
/** The server takes a code of the step before and after too, and each code once: three in a row need no wait. */
const STEPS = [0, 1, -1]

/** The code of an otpauth address, `steps` ahead of now. */
export function totpCode(uri: string, steps = 0): string {
  const secret = base32(new URL(uri).searchParams.get('secret') ?? '')
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 1000 / STEP_S) + steps))
  const mac = createHmac('sha1', secret).update(counter).digest()
  const offset = (mac.at(-1) ?? 0) & 15
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

/** Shows another code each time it is looked at. */
export class CodeApp {
  readonly uri: string
  private shown = 0

  constructor(uri: string) {
    this.uri = uri
  }

  code(): string {
    const steps = STEPS[this.shown % STEPS.length]
    this.shown += 1
    return totpCode(this.uri, steps)
  }
}

function base32(text: string): Buffer {
  const bits = [...text].map((letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  )
  return Buffer.from((bits.join('').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}
