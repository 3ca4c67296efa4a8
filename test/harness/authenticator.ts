/** An authenticator in software (WebAuthn Level 3 §6): one ES256 key, and answers that a test may spoil in one way. */
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import type { PasskeyAssertion, PasskeyCreation } from '#contract/passkeys.ts'

const USER_PRESENT = 1
const USER_VERIFIED = 4
const HAS_KEY = 64
const AAGUID_BYTES = 16

export interface Ceremony {
  readonly challenge: string
  readonly origin: string
  /** Name of the site, of which the answer carries the hash. */
  readonly host: string
  /** Without it nobody was asked for finger, face or PIN. */
  readonly userVerified?: boolean
}

export class Authenticator {
  private readonly keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  private readonly id: Buffer
  /** Uses so far. */
  counter = 0

  constructor({ idBytes = 32 }: { readonly idBytes?: number } = {}) {
    this.id = randomBytes(idBytes)
  }

  create(ceremony: Ceremony): PasskeyCreation {
    const length = uint16(this.id.length)
    const key = Buffer.concat([Buffer.alloc(AAGUID_BYTES), length, this.id, this.coseKey()])
    const data = Buffer.concat([this.data(ceremony, HAS_KEY), key])
    return {
      ...this.credential(),
      response: {
        clientDataJSON: clientData('webauthn.create', ceremony).toString('base64url'),
        attestationObject: Buffer.concat([NO_ATTESTATION, uint16(data.length), data]).toString('base64url'),
        transports: ['internal'],
      },
    }
  }

  prove(ceremony: Ceremony): PasskeyAssertion {
    this.counter += 1
    const client = clientData('webauthn.get', ceremony)
    const data = this.data(ceremony, 0)
    return {
      ...this.credential(),
      response: {
        clientDataJSON: client.toString('base64url'),
        authenticatorData: data.toString('base64url'),
        signature: sign('sha256', Buffer.concat([data, sha256(client)]), this.keys.privateKey).toString('base64url'),
      },
    }
  }

  private credential() {
    const id = this.id.toString('base64url')
    return { id, rawId: id, type: 'public-key' as const, clientExtensionResults: {} }
  }

  private data({ host, userVerified = true }: Ceremony, flags: number): Buffer {
    const counter = Buffer.alloc(4)
    counter.writeUInt32BE(this.counter)
    const all = USER_PRESENT | (userVerified ? USER_VERIFIED : 0) | flags
    return Buffer.concat([sha256(host), Buffer.from([all]), counter])
  }

  /** CBOR map of a key on P-256 (RFC 9053 §7.1.1). */
  private coseKey(): Buffer {
    const { x = '', y = '' } = this.keys.publicKey.export({ format: 'jwk' })
    const [head, beforeY] = ['a5010203262001215820', '225820'].map((hex) => Buffer.from(hex, 'hex'))
    return Buffer.concat([
      head ?? '',
      Buffer.from(x, 'base64url'),
      beforeY ?? '',
      Buffer.from(y, 'base64url'),
    ] as Buffer[])
  }
}

/** CBOR of `{ fmt: "none", attStmt: {}, authData: ` and the head of a byte string of two length bytes. */
const NO_ATTESTATION = Buffer.from('a363666d74646e6f6e656761747453746d74a068617574684461746159', 'hex')

function clientData(type: string, { challenge, origin }: Ceremony): Buffer {
  return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }))
}

function uint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff])
}

function sha256(bytes: string | Buffer): Buffer {
  return createHash('sha256').update(bytes).digest()
}
