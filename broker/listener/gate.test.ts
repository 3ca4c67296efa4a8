import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UNACKNOWLEDGED_MAX } from './deliveries.ts'
import { CONNECT_BYTES_MAX, type GateLimits, PacketGate } from './gate.ts'

const limits: GateLimits = { packetBytesMax: 70_000, mayAcknowledge: true }
const always = () => true

function length(bytes: number): number[] {
  return bytes < 128 ? [bytes] : [(bytes % 128) | 0x80, ...length(Math.floor(bytes / 128))]
}

function packet(head: number, body: readonly number[]): Buffer {
  return Buffer.from([head, ...length(body.length), ...body])
}

const text = (value: string) => [value.length >> 8, value.length & 0xff, ...Buffer.from(value)]
const connect = (clientId = 'a') => packet(0x10, [...text('MQTT'), 4, 2, 0, 60, ...text(clientId)])
const publish = (payload: number, head = 0x32) => packet(head, [...text('a/b'), 0, 1, ...new Array(payload).fill(7)])
const ping = packet(0xc0, [])
const disconnect = packet(0xe0, [])

/** Everything released, with the login right after CONNECT. */
function run(bytes: Buffer, cuts: readonly number[] = [], gate = new PacketGate()) {
  const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  const released: Buffer[] = []
  for (let index = 1; index < edges.length; index++) {
    if (gate.phase === 'ended') break
    gate.push(Buffer.from(bytes.subarray(edges[index - 1], edges[index])))
    for (let part = gate.take(always); part; part = gate.take(always)) {
      released.push(Buffer.from(part))
      gate.open(limits)
    }
  }
  return { gate, released: Buffer.concat(released), reason: gate.refusal?.reason }
}

describe('packet gate', () => {
  it('releases the same bytes however they are cut', () => {
    const payloads = fc.array(fc.nat(3000), { maxLength: 8 })
    fc.assert(
      fc.property(payloads, fc.array(fc.nat(99_999), { maxLength: 12 }), (sizes, cuts) => {
        const bytes = Buffer.concat([connect(), ...sizes.map((size) => publish(size))])
        expect(run(bytes, cuts).released.equals(bytes)).toBe(true)
      }),
      { seed: 1, numRuns: 200 },
    )
  })

  it('judges any bytes the same however they are cut, and releases only what came in', () => {
    const flawed = fc.array(fc.oneof(fc.constant(publish(5)), fc.constant(ping), fc.uint8Array({ maxLength: 9 })), {
      maxLength: 6,
    })
    fc.assert(
      fc.property(flawed, fc.array(fc.nat(999), { maxLength: 9 }), (parts, cuts) => {
        const bytes = Buffer.concat([connect(), ...parts])
        const whole = run(bytes)
        const cut = run(bytes, cuts)
        expect(cut.released.equals(whole.released)).toBe(true)
        expect(cut.reason).toBe(whole.reason)
        expect(bytes.subarray(0, cut.released.length).equals(cut.released)).toBe(true)
      }),
      { seed: 2, numRuns: 300 },
    )
  })

  it('takes a packet byte by byte', () => {
    const bytes = Buffer.concat([connect(), publish(5000), ping])
    const everywhere = Array.from({ length: bytes.length }, (_, index) => index)
    expect(run(bytes, everywhere).released.equals(bytes)).toBe(true)
  })

  it('holds everything behind CONNECT back until the login', () => {
    const gate = new PacketGate()
    gate.push(Buffer.concat([connect(), publish(3)]))
    expect(gate.take(always)?.equals(connect())).toBe(true)
    expect(gate.take(always)).toBeUndefined()
    expect(gate.hungry).toBe(false)
    gate.open(limits)
    expect(gate.take(always)?.equals(publish(3))).toBe(true)
  })

  it('leaves for later what the rate does not let pass, and counts it once', () => {
    const { gate } = run(connect())
    gate.push(Buffer.concat([publish(1), publish(2, 0x34)]))
    let tokens = 1
    expect(gate.take(() => tokens-- > 0)?.equals(publish(1))).toBe(true)
    expect(gate.take(() => false)).toBeUndefined()
    expect(gate.hungry).toBe(false)
    expect(gate.take(always)?.equals(publish(2, 0x34))).toBe(true)
  })

  it('refuses a large CONNECT at its header, before any body', () => {
    expect(run(packet(0x10, new Array(CONNECT_BYTES_MAX + 1).fill(0))).reason).toMatch(/limit is 2048/)
    // 100,000,000 as a remaining length, and nothing behind it yet.
    expect(run(Buffer.from([0x10, 0x80, 0xc2, 0xd7, 0x2f])).reason).toMatch(/limit is 2048/)
  })

  it('refuses another first packet, a second CONNECT, an endless length and too large a packet', () => {
    expect(run(ping).reason).toMatch(/first packet is type 12/)
    expect(run(Buffer.concat([connect(), connect()])).reason).toMatch(/second CONNECT/)
    expect(run(Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 0x01])).reason).toMatch(/more than four bytes/)
    expect(run(Buffer.concat([connect(), publish(70_000)])).reason).toMatch(/limit is 70000/)
  })

  it('releases what stood before a refused packet', () => {
    const { released, reason } = run(Buffer.concat([connect(), ping, packet(0xc1, []), ping]))
    expect(released.equals(Buffer.concat([connect(), ping]))).toBe(true)
    expect(reason).toMatch(/flags 1/)
  })

  it('drops what follows DISCONNECT', () => {
    const { released, gate } = run(Buffer.concat([connect(), disconnect, publish(1)]))
    expect(released.equals(Buffer.concat([connect(), disconnect]))).toBe(true)
    expect(gate.phase).toBe('ended')
  })

  it('holds everything behind SUBSCRIBE back until it is answered', () => {
    const subscribe = packet(0x82, [0, 1, ...text('a'), 0])
    const { gate } = run(connect())
    gate.push(Buffer.concat([subscribe, ping]))
    expect(gate.take(always)?.equals(subscribe)).toBe(true)
    expect(gate.take(always)).toBeUndefined()
    gate.proceed()
    expect(gate.take(always)?.equals(ping)).toBe(true)
  })

  it('frees the identifier of a delivery at PUBACK and PUBCOMP, and not before', () => {
    const { gate } = run(connect())
    gate.deliveries.subscribed('a', 2)
    const sent = (bytes: Buffer) => {
      gate.push(bytes)
      gate.take(always)
      return gate.deliveries.sending('a', 2)
    }
    while (gate.deliveries.sending('a', 2) !== UNACKNOWLEDGED_MAX);
    expect(sent(packet(0x50, [0, 1]))).toBeUndefined()
    expect(sent(Buffer.concat([packet(0x70, [0, 1]), packet(0x40, [0, 2])]))).toBe(UNACKNOWLEDGED_MAX + 2)
  })

  it('lets only roles acknowledge that are sent something', () => {
    const gate = new PacketGate()
    gate.push(Buffer.concat([connect(), packet(0x40, [0, 1])]))
    gate.take(always)
    gate.open({ ...limits, mayAcknowledge: false })
    expect(gate.take(always)).toBeUndefined()
    expect(gate.refusal?.reason).toMatch(/never sent/)
  })

  it('answers a protocol it does not speak and an empty id with a persistent session by a return code', () => {
    const level5 = packet(0x10, [...text('MQTT'), 5, 2, 0, 60, ...text('a')])
    const persistent = packet(0x10, [...text('MQTT'), 4, 0, 0, 60, ...text('')])
    expect(run(level5).gate.refusal?.returnCode).toBe(1)
    expect(run(persistent).gate.refusal?.returnCode).toBe(2)
  })
})
