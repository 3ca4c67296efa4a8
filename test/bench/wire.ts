/** The few MQTT 3.1.1 packets a flood needs, as bytes: a client library would cost more than the broker it measures. */

const CONNECT = 0x10
const PUBLISH_QOS1 = 0x32
export const PUBACK_TYPE = 4
export const CONNACK_TYPE = 2
/** §3.1.2.3: user name, password, clean session. */
const LOGIN_CLEAN = 0xc2
const CLEAN = 0x02

export function connectPacket(clientId: string, login?: { username: string; password: string }): Buffer {
  const fixed = Buffer.concat([text('MQTT'), Buffer.from([4, login ? LOGIN_CLEAN : CLEAN, 0, 0]), text(clientId)])
  return packet(CONNECT, login ? Buffer.concat([fixed, text(login.username), text(login.password)]) : fixed)
}

export function publishPacket(topic: string, messageId: number, payload: string): Buffer {
  const id = Buffer.alloc(2)
  id.writeUInt16BE(messageId)
  return packet(PUBLISH_QOS1, Buffer.concat([text(topic), id, Buffer.from(payload)]))
}

/** Counts the packets of one type in a stream of CONNACK and PUBACK, which are all four bytes long. */
export class AnswerCounter {
  readonly #type: number
  #offset = 0

  constructor(type: number) {
    this.#type = type
  }

  /** @throws Error for any packet that a publisher does not expect */
  count(chunk: Uint8Array): number {
    let found = 0
    for (const byte of chunk) {
      if (this.#offset === 0) {
        if (byte >> 4 !== this.#type) throw new Error(`packet of type ${byte >> 4}, expected ${this.#type}`)
        found += 1
      }
      this.#offset = (this.#offset + 1) % 4
    }
    return found
  }
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  const length = Buffer.alloc(2)
  length.writeUInt16BE(bytes.length)
  return Buffer.concat([length, bytes])
}

function packet(type: number, body: Buffer): Buffer {
  const length: number[] = []
  let rest = body.length
  do {
    const digit = rest % 128
    rest = Math.floor(rest / 128)
    length.push(rest > 0 ? digit | 0x80 : digit)
  } while (rest > 0)
  return Buffer.concat([Buffer.from([type, ...length]), body])
}
