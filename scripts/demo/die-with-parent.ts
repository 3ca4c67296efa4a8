/**
 * Preloaded into each child of the demonstration: when the parent is gone, however it died, the child closes too.
 * Children have a process group of their own (Ctrl-C must reach them once, through the parent), so nobody else would.
 */
if (process.channel) {
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'))
  // The listener would keep the child alive for the channel's sake.
  process.channel.unref()
}
