/** When the demonstration ends: Ctrl-C, SIGTERM, SIGHUP, or the death of the process that started it. */

/** npm and the terminal both pass one Ctrl-C on; within this time it is the same one. */
const SAME_SIGNAL_MS = 1_000

/**
 * @param stop called once, at the first
 * @param force called at a later one: the person does not want to wait
 */
export function onStopSignals(stop: () => void, force: () => void): void {
  let firstMs: number | undefined
  const take = () => {
    const nowMs = performance.now()
    if (firstMs === undefined) {
      firstMs = nowMs
      stop()
    } else if (nowMs - firstMs > SAME_SIGNAL_MS) {
      force()
    }
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, take)
  if (process.channel) {
    process.on('disconnect', take)
    process.channel.unref()
  }
}
