/** Starts a process of the program itself on the Node that runs the benchmark. */
import { type ChildProcess, spawn } from 'node:child_process'
import { endWithUs } from './child.ts'

/** @param env all it gets beside PATH: settings of the person's shell must not reach a measurement */
export function startNode(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  stdout: 'ignore' | 'pipe' = 'ignore',
): ChildProcess {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', stdout, 'pipe'],
  })
  endWithUs(child)
  return child
}
