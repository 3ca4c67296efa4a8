/** How many sockets a process may hold: Node raises the soft limit to the hard one, and every child inherits it. */
import { readFileSync } from 'node:fs'

/** @throws Error that says how to raise the limit */
export function requireOpenFiles(needed: number): void {
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
  if (hard === undefined || hard === 'unlimited' || Number(hard) >= needed) return
  throw new Error(`a process may open ${hard} files here, this needs ${needed}: run it after "ulimit -n ${needed}"`)
}
