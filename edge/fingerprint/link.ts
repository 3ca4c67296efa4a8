/** Sends one command frame and waits for its acknowledgement on a byte stream; everything unasked for is dropped and counted. */
import type { Duplex } from 'node:stream'
import type { Clock } from '#runtime/clock.ts'
import type { Log } from '#runtime/log.ts'
import { packetKinds, READY_BYTE } from './datasheet.ts'
import { encodePacket, type Packet } from './packet.ts'
import { createParser, INTER_BYTE_TIMEOUT_MS, type ParserOutput } from './parser.ts'

export interface Link {
  /** Payload of the first acknowledgement that `accepts`; never throws. One exchange at a time. */
  exchange(
    payload: Uint8Array,
    wait: { timeoutMs: number; accepts: (payload: Uint8Array) => boolean },
  ): Promise<Uint8Array | 'timeout' | 'closed'>
  /** True as soon as the module says its ready byte, false when it does not within `timeoutMs` or the port closes. */
  whenReady(timeoutMs: number): Promise<boolean>
  /** Destroys the stream. */
  close(): void
}

export function createLink(stream: Duplex, options: { clock: Clock; log: Log; address: number }): Link {
  const { clock, log, address } = options
  const parser = createParser()
  let closed = false
  let expiry: NodeJS.Timeout | undefined
  let saidReady = false
  let onReady: ((ready: boolean) => void) | undefined
  let waiting: ((outcome: Packet | 'timeout' | 'closed') => void) | undefined

  const handle = (outputs: ParserOutput[]) => {
    for (const output of outputs) {
      if (output.type === 'discarded') {
        if (output.bytes.includes(READY_BYTE)) {
          saidReady = true
          onReady?.(true)
        }
        log.debug({ reason: output.reason, sizeBytes: output.bytes.length }, 'bytes from the sensor discarded')
      } else if (output.packet.kind === packetKinds.acknowledge && output.packet.address === address) {
        waiting?.(output.packet)
      }
    }
    clearTimeout(expiry)
    if (parser.pendingBytes > 0) expiry = setTimeout(() => handle(parser.expire(clock.monoMs())), INTER_BYTE_TIMEOUT_MS)
  }
  const onClose = () => {
    closed = true
    clearTimeout(expiry)
    waiting?.('closed')
    onReady?.(false)
  }
  stream.on('data', (bytes: Uint8Array) => handle(parser.push(bytes, clock.monoMs())))
  stream.on('error', (error) => {
    log.warn({ err: error }, 'sensor port failed')
    stream.destroy()
  })
  stream.on('close', onClose)
  stream.on('end', () => stream.destroy())

  return {
    exchange(payload, { timeoutMs, accepts }) {
      if (closed) return Promise.resolve('closed')
      return new Promise((resolve) => {
        const settle = (outcome: Uint8Array | 'timeout' | 'closed') => {
          clearTimeout(deadline)
          waiting = undefined
          resolve(outcome)
        }
        const deadline = setTimeout(() => settle('timeout'), timeoutMs)
        waiting = (outcome) => {
          if (typeof outcome === 'string') settle(outcome)
          else if (accepts(outcome.payload)) settle(outcome.payload)
        }
        stream.write(encodePacket({ address, kind: packetKinds.command, payload }))
      })
    },
    whenReady(timeoutMs) {
      if (saidReady || closed) {
        const ready = saidReady
        saidReady = false
        return Promise.resolve(ready)
      }
      return new Promise((resolve) => {
        const settle = (ready: boolean) => {
          clearTimeout(deadline)
          onReady = undefined
          saidReady = false
          resolve(ready)
        }
        const deadline = setTimeout(() => settle(false), timeoutMs)
        onReady = settle
      })
    },
    close: () => {
      stream.destroy()
    },
  }
}
