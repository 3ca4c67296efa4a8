import { describe, expect, it } from 'vitest'
import { openCdevGuardLines, openCdevInputs, openCdevOutputs } from './cdev.ts'
import type { GpioKernel } from './cdev-kernel.ts'
import type { Edge, Level } from './port.ts'
import { EVENT_BYTES, requests } from './uapi.ts'

const LINES_FD = 9
const line = (bcm: number, activeLow = false) => ({ bcm, activeLow })

/** The kernel's side of the structs, for one chip that is not the header and one that is. */
function fakeKernel({ labels = ['raspberrypi-exp-gpio', 'pinctrl-bcm2711'], busy = false } = {}) {
  const state = { bits: 0n, request: Buffer.alloc(0), closed: [] as number[] }
  const queue: Buffer[] = []
  let wake = () => {}
  const event = (offset: number, level: Level, seqno: number) => {
    const bytes = Buffer.alloc(EVENT_BYTES)
    bytes.writeUInt32LE(level === 1 ? 1 : 2, 8)
    bytes.writeUInt32LE(offset, 12)
    bytes.writeUInt32LE(seqno, 16)
    queue.push(bytes)
    wake()
  }
  const control = (fd: number, request: number, argument: Buffer) => {
    if (request === requests.chipInfo) argument.write(labels[fd] ?? '', 32)
    else if (request === requests.getValues) argument.writeBigUInt64LE(state.bits, 0)
    else if (request === requests.setValues) state.bits = argument.readBigUInt64LE(0)
    else if (busy) throw Object.assign(new Error('ioctl failed with EBUSY'), { code: 'EBUSY' })
    else {
      state.request = Buffer.from(argument)
      argument.writeInt32LE(LINES_FD, 588)
    }
  }
  const kernel: GpioKernel = {
    chips: () => labels.map((_, index) => `/dev/gpiochip${index}`),
    open: (path) => Number(path.at(-1)),
    ioctl: (fd, request, argument) =>
      control(fd, request, Buffer.from(argument.buffer, argument.byteOffset, argument.length)),
    waitReadable: () =>
      new Promise((resolve) => {
        if (queue.length > 0) return resolve(true)
        const timer = setTimeout(() => resolve(false), 5)
        wake = () => {
          clearTimeout(timer)
          resolve(true)
        }
      }),
    read: (_, bytes) => {
      const taken = Buffer.concat(queue.splice(0))
      bytes.set(taken)
      return taken.length
    },
    close: (fd) => state.closed.push(fd),
  }
  return { kernel, state, event }
}

describe('GPIO character device', () => {
  it('asks the header’s chip for inputs with both edges, pulled up, debounced by the kernel', async () => {
    const { kernel, state } = fakeKernel()
    const gpio = await openCdevInputs({ contact: line(27), exit: line(22, true), touch: line(24, true) }, kernel)
    const { request } = state
    expect([
      request.readUInt32LE(560),
      request.readUInt32LE(0),
      request.readUInt32LE(4),
      request.readUInt32LE(8),
    ]).toEqual([3, 27, 22, 24])
    const attribute = (index: number) => [
      request.readUInt32LE(320 + index * 24),
      request.readBigUInt64LE(328 + index * 24),
      request.readBigUInt64LE(336 + index * 24),
    ]
    expect(request.readUInt32LE(296)).toBe(4)
    expect([0, 1, 2, 3].map(attribute)).toEqual([
      [1, 0x134n, 0b001n],
      [1, 0x136n, 0b110n],
      [3, 50_000n, 0b001n],
      [3, 30_000n, 0b010n],
    ])
    await gpio.close()
    expect(state.closed).toEqual([0, 1, LINES_FD])
  })

  it('tells the levels found and each edge once', async () => {
    const { kernel, state, event } = fakeKernel()
    state.bits = 0b01n
    const gpio = await openCdevInputs({ contact: line(27), exit: line(22, true) }, kernel)
    expect([gpio.read('contact'), gpio.read('exit'), gpio.read('fire')]).toEqual([1, 0, 0])
    const edges: Edge[] = []
    const seen = new Promise<void>((resolve) => gpio.onEdge((edge) => edges.push(edge) === 3 && resolve()))
    event(27, 0, 1)
    event(27, 0, 2)
    event(22, 1, 3)
    event(22, 0, 4)
    await seen
    expect(edges).toEqual([
      { line: 'contact', level: 0 },
      { line: 'exit', level: 1 },
      { line: 'exit', level: 0 },
    ])
    await gpio.close()
  })

  it('reads the levels when the kernel had no room for events', async () => {
    const { kernel, state, event } = fakeKernel()
    const gpio = await openCdevInputs({ contact: line(27), exit: line(22) }, kernel)
    const edge = new Promise<Edge>((resolve) => gpio.onEdge((each) => each.line === 'exit' && resolve(each)))
    state.bits = 0b10n
    event(27, 0, 17)
    expect(await edge).toEqual({ line: 'exit', level: 1 })
    await gpio.close()
  })

  it('has the strike locked from the first moment, also on an active-low board', async () => {
    const { kernel, state } = fakeKernel()
    const lines = await openCdevGuardLines(line(17, true), undefined, kernel)
    expect(state.request.readUInt32LE(0)).toBe(17)
    expect(state.request.readBigUInt64LE(328)).toBe(0x0an)
    expect([state.request.readUInt32LE(344), state.request.readBigUInt64LE(352)]).toEqual([2, 0n])
    lines.setStrike(1)
    expect(state.bits).toBe(1n)
    lines.setStrike(0)
    expect(state.bits).toBe(0n)
    expect(lines.readFire()).toBe(0)
  })

  it('has each output at rest from the first moment until it is closed', async () => {
    const { kernel, state } = fakeKernel()
    const outputs = await openCdevOutputs({ sensorPower: line(12), buzzer: line(13, true) }, kernel)
    const attribute = (index: number) => [
      state.request.readUInt32LE(320 + index * 24),
      state.request.readBigUInt64LE(328 + index * 24),
      state.request.readBigUInt64LE(336 + index * 24),
    ]
    expect([0, 1, 2].map(attribute)).toEqual([
      [1, 0x08n, 0b01n],
      [1, 0x0an, 0b10n],
      [2, 0b01n, 0b11n],
    ])
    outputs.write('buzzer', 1)
    expect(state.bits).toBe(0b11n)
    outputs.write('sensorPower', 0)
    expect(state.bits).toBe(0b10n)
    outputs.close()
    expect(state.bits).toBe(0b01n)
    expect(state.closed).toContain(LINES_FD)
  })

  it('asks for nothing where no output is wired', async () => {
    const { kernel, state } = fakeKernel()
    const outputs = await openCdevOutputs({}, kernel)
    outputs.write('buzzer', 1)
    outputs.close()
    expect([state.request.length, state.bits]).toEqual([0, 0n])
  })

  it('says who is to blame when there is no chip, no header, or a line is taken', async () => {
    const open = (options: Parameters<typeof fakeKernel>[0]) =>
      openCdevInputs({ contact: line(27) }, fakeKernel(options).kernel)
    await expect(open({ labels: [] })).rejects.toThrow('this kernel has no GPIO')
    await expect(open({ labels: ['gpio-sim'] })).rejects.toThrow('/dev/gpiochip0 is gpio-sim')
    await expect(open({ busy: true })).rejects.toThrow('GPIO27: ioctl failed with EBUSY. Another program holds one')
  })
})
