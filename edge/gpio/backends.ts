/** The three ways to reach a door's lines: `cdev` on a current kernel, `onoff` on an older one, `simulated` anywhere. */
export const gpioBackends = ['simulated', 'onoff', 'cdev'] as const
export type GpioBackend = (typeof gpioBackends)[number]
