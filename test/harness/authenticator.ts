/** An authenticator in software (WebAuthn Level 3 §6): one key, and answers that a test may spoil in one way. */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
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

type KeyKind = keyof typeof keyKinds

export class Authenticator {
  private readonly kind: KeyKind
  private readonly keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject }
  private readonly id: Buffer
  /** Uses so far. */
  counter = 0

  constructor(kind: KeyKind = 'ES256', { idBytes = 32 }: { readonly idBytes?: number } = {}) {
    this.kind = kind
    this.id = randomBytes(idBytes)
    this.keys = keyKinds[kind].make()
  }

  create(ceremony: Ceremony): PasskeyCreation {
    const length = uint16(this.id.length)
    const cose = keyKinds[this.kind].cose(this.keys.publicKey.export({ format: 'jwk' }))
    const key = Buffer.concat([Buffer.alloc(AAGUID_BYTES), length, this.id, cose])
    const data = Buffer.concat([this.data(ceremony, HAS_KEY), key])
    return {
      ...this.credential(),
      response: {
        clientDataJSON: clientData('webauthn.create', ceremony).toString('base64url'),
        attestationObject: Buffer.concat([NO_ATTESTATION, byteLength(data), data]).toString('base64url'),
        transports: ['internal'],
      },
    }
  }

  prove(ceremony: Ceremony): PasskeyAssertion {
    this.counter += 1
    const client = clientData('webauthn.get', ceremony)
    const data = this.data(ceremony, 0)
    const { digest } = keyKinds[this.kind]
    return {
      ...this.credential(),
      response: {
        clientDataJSON: client.toString('base64url'),
        authenticatorData: data.toString('base64url'),
        signature: sign(digest, Buffer.concat([data, sha256(client)]), this.keys.privateKey).toString('base64url'),
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
}

/** How each is made, what it signs (EdDSA hashes by itself), and the CBOR map of its public half (RFC 9053 §7, RFC 8230 §4). */
const keyKinds = {
  ES256: {
    make: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    digest: 'sha256',
    cose: ({ x, y }: JsonWebKey) => Buffer.concat([hex('a5010203262001215820'), decoded(x), hex('225820'), decoded(y)]),
  },
  EdDSA: {
    make: () => generateKeyPairSync('ed25519'),
    digest: null,
    cose: ({ x }: JsonWebKey) => Buffer.concat([hex('a4010103272006215820'), decoded(x)]),
  },
  RS256: {
    make: () => generateKeyPairSync('rsa', { modulusLength: 2_048 }),
    digest: 'sha256',
    cose: ({ n, e }: JsonWebKey) => Buffer.concat([hex('a401030339010020590100'), decoded(n), hex('2143'), decoded(e)]),
  },
} as const

/** CBOR of `{ fmt: "none", attStmt: {}, authData: `. */
const NO_ATTESTATION = Buffer.from('a363666d74646e6f6e656761747453746d74a0686175746844617461', 'hex')

/** CBOR's head of a byte string, with two bytes of length: an RSA key does not fit into one. */
function byteLength({ length }: Buffer): Buffer {
  return Buffer.concat([Buffer.of(0x59), uint16(length)])
}

function hex(digits: string): Buffer {
  return Buffer.from(digits, 'hex')
}

function decoded(member: string | undefined): Buffer {
  return Buffer.from(member ?? '', 'base64url')
}

function clientData(type: string, { challenge, origin }: Ceremony): Buffer {
  return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }))
}

function uint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff])
}

function sha256(bytes: string | Buffer): Buffer {
  return createHash('sha256').update(bytes).digest()
}
