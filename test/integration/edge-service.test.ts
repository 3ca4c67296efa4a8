/** What a service manager hears of a door agent, on a real datagram socket as systemd has one (sd_notify(3)). */
import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { testProcess } from '../harness/process.ts'
import { describeWith, programOf } from '../harness/system-packages.ts'
import { temporaryDirectory } from '../harness/temporary.ts'
import { until } from '../harness/until.ts'

const WATCHDOG_MS = 600

async function openServiceManager(path: string) {
  const socat = spawn(programOf('socat'), ['-u', `UNIX-RECV:${path}`, '-'], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void socat.kill())
  let heard = ''
  socat.stdout.setEncoding('utf8').on('data', (text: string) => {
    heard += text
  })
  await until('the socket', () => existsSync(path))
  return { heard: () => heard, signs: () => heard.split('WATCHDOG=1').length - 1 }
}

describeWith(['socat'], 'door agent under a service manager', () => {
  it('says that it is ready, that it lives for as long as its event loop turns, and that it closes', async () => {
    const dataDir = temporaryDirectory()
    const path = join(dataDir, 'notify.sock')
    const manager = await openServiceManager(path)
    const { publicKey } = generateKeyPairSync('ed25519')
    const agent = testProcess({
      name: 'door agent',
      args: ['edge/door-main.ts'],
      env: () => ({
        NOTIFY_SOCKET: path,
        WATCHDOG_USEC: `${WATCHDOG_MS * 1_000}`,
        SIAGA_DATA_DIR: dataDir,
        SIAGA_DOOR: 'ruang-rapat',
        SIAGA_SENSOR: 'simulated',
        SIAGA_GPIO: 'simulated',
        SIAGA_MQTT_URL: 'mqtt://127.0.0.1:9',
        SIAGA_COMMAND_KEY: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
      }),
      ready: 'door agent ready',
    })
    await agent.start()
    await until('the word that it is ready', () => manager.heard().startsWith('READY=1'))
    await until('three signs of life', () => manager.signs() >= 3)
    agent.signal('SIGSTOP')
    await delay(100) // what is under way arrives
    const before = manager.signs()
    await delay(2 * WATCHDOG_MS)
    expect(manager.signs()).toBe(before)
    agent.signal('SIGCONT')
    await until('life again', () => manager.signs() > before)
    expect(await agent.stop()).toBe(0)
    expect(manager.heard()).toContain('STOPPING=1')
  })
})
