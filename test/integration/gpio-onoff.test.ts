/** The unmodified onoff on the kernel's sysfs files, as they are before and since kernel 6.6. */
import { expect, it, onTestFinished } from 'vitest'
import type { InputWiring } from '../../edge/gpio/wiring.ts'
import { type FuseGpio, type FuseGpioOptions, openFuseGpio } from '../harness/fuse-gpio/bench.ts'
import { describeWithGpio } from '../harness/fuse-gpio/describe.ts'
import { runProgram, testProcess } from '../harness/process.ts'
import { until } from '../harness/until.ts'

const line = (bcm: number, activeLow = false) => ({ bcm, activeLow })
const SETTLED_MS = 500

async function openBench(options: FuseGpioOptions, wiring: InputWiring) {
  const gpio = await openFuseGpio(options)
  onTestFinished(() => gpio[Symbol.asyncDispose]())
  const program = testProcess({
    name: 'inputs',
    args: ['test/harness/fuse-gpio/inputs.ts', JSON.stringify(wiring)],
    within: gpio.enter,
    env: () => ({}),
    ready: 'levels',
  })
  /** Of the newest start. */
  const levels = () => JSON.parse(program.lines.findLast((each) => each.includes('levels')) ?? '').levels
  const edges = () => program.lines.filter((each) => each.includes('level"')).map((each) => JSON.parse(each))
  return { gpio, program, levels, edges }
}

async function filesOf({ enter }: FuseGpio): Promise<string[]> {
  const [program = '', ...args] = [...enter, 'ls', '/sys/class/gpio']
  return (await runProgram(program, args)).output.trim().split('\n')
}

const settled = () => new Promise((resolve) => setTimeout(resolve, SETTLED_MS))

describeWithGpio('onoff', () => {
  it.each([
    ['before kernel 6.6', { base: 0, label: 'pinctrl-bcm2835' }],
    ['since kernel 6.6', { base: 512, label: 'pinctrl-bcm2711' }],
  ])('reads the lines of the header %s, whose chip is not the first', async (_, chips) => {
    const wiring = { contact: line(27), touch: line(24, true), exit: line(22, true) }
    const { gpio, program, levels, edges } = await openBench({ ...chips, pulledUp: [24, 27] }, wiring)
    await program.start()
    expect(levels()).toEqual({ contact: 1, touch: 0, exit: 1 })
    expect(await filesOf(gpio)).toEqual(expect.arrayContaining([27, 24, 22].map((bcm) => `gpio${chips.base + bcm}`)))
    gpio.drive(27, 0)
    gpio.drive(24, 0)
    gpio.drive(22, 1)
    await until('three edges', () => edges().length === 3)
    expect(edges()).toEqual(
      expect.arrayContaining([
        { line: 'contact', level: 0 },
        { line: 'touch', level: 1 },
        { line: 'exit', level: 0 },
      ]),
    )
  })

  it('misses none of 300 touches, each told before the next', async () => {
    const { gpio, program, edges } = await openBench({ pulledUp: [24] }, { touch: line(24, true) })
    await program.start()
    for (let count = 1; count <= 300; count += 1) {
      gpio.drive(24, count % 2 === 1 ? 0 : 1)
      await until(`edge ${count}`, () => edges().length === count)
    }
    expect(edges().every(({ level }, index) => level === (index % 2 === 0 ? 1 : 0))).toBe(true)
  })

  it('leaves bounces out, and hears the level that stays', async () => {
    const { gpio, program, edges } = await openBench({}, { contact: line(27) })
    await program.start()
    gpio.drive(27, 1, 0, 1, 0, 1, 0, 1)
    await until('the door open', () => edges().length === 1)
    gpio.drive(27, 0, 1, 0, 1, 0, 1)
    await settled()
    expect(edges()).toEqual([{ line: 'contact', level: 1 }])
    gpio.drive(27, 0, 1, 0)
    await until('the door closed', () => edges().length === 2)
    expect(edges()[1]).toEqual({ line: 'contact', level: 0 })
  })

  it('gives the lines back when it closes, and takes them as a crash left them', async () => {
    const { gpio, program, levels, edges } = await openBench({}, { contact: line(27), exit: line(22, true) })
    await program.start()
    await program.kill()
    expect(await filesOf(gpio)).toContain('gpio539')
    gpio.drive(27, 1)
    await program.start()
    expect(levels()).toEqual({ contact: 1, exit: 1 })
    gpio.drive(22, 1)
    await until('an edge', () => edges().length === 1)
    expect(await program.stop()).toBe(0)
    expect(await filesOf(gpio)).not.toContain('gpio539')
  })

  it('says which chips there are when none is the header', async () => {
    const { program } = await openBench({ label: 'gpio-mockup-A' }, { contact: line(27) })
    await expect(program.start()).rejects.toThrow('chips: gpio-mockup-A, raspberrypi-exp-gpio')
  })
})
