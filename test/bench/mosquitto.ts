/** Debian's Mosquitto as the bare broker: anonymous, nothing persisted, no Nagle delay. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { findProgram, installCommand } from '../../scripts/system-packages.mjs'
import { endProcess, endWithUs } from './child.ts'
import { temporaryDataDir } from './stack.ts'

const READY_MS = 10_000

export interface Mosquitto extends AsyncDisposable {
  readonly url: string
  readonly pid: number
  [Symbol.asyncDispose](): Promise<void>
}

/** @throws Error that says how to install it */
export async function startMosquitto(): Promise<Mosquitto> {
  const program = findProgram('mosquitto')
  if (!program) throw new Error(`mosquitto is not on this machine: ${installCommand(['mosquitto'])}`)
  const port = await freePort()
  const directory = temporaryDataDir()
  const config = join(directory, 'mosquitto.conf')
  // No bound on what waits for a subscriber: a dropped message would have no latency.
  writeFileSync(
    config,
    `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\nset_tcp_nodelay true\nmax_queued_messages 0\n`,
  )
  const child = spawn(program, ['-c', config], { stdio: 'ignore' })
  endWithUs(child)
  await listening(port)
  return {
    url: `mqtt://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      await endProcess(child)
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

async function listening(port: number): Promise<void> {
  const deadline = performance.now() + READY_MS
  while (performance.now() < deadline) {
    const socket = connect(port, '127.0.0.1')
    const connected = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (connected) return
    await delay(20)
  }
  throw new Error(`mosquitto did not listen within ${READY_MS} ms`)
}
