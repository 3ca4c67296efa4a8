import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import { expect, it, onTestFinished } from 'vitest'
import { silentLog } from '#runtime/log.ts'
import { connectPacket, subscribePacket } from '../../test/harness/mqtt-wire.ts'
import { openCredentials } from '../identity/credentials.ts'
import { Admission } from './admission.ts'
import { Clients } from './clients.ts'
import { Connection } from './connection.ts'
import { LoginQueue } from './login-queue.ts'
import { createLibrary } from './mqtt-library.ts'
import { Sessions } from './sessions.ts'

const CUT_WITHIN_MS = 500
const monoMs = () => performance.now()

/** A connection whose other end takes what is sent until it is told to stop reading. */
class Peer extends Duplex {
  reading = true
  override _read(): void {}
  override _write(_bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.reading) done()
  }
}

it('a subscriber that stopped reading is cut within 500 ms', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'siaga-stuck-'))
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }))
  const credentials = openCredentials(dataDir)
  onTestFinished(() => credentials.close())
  const sessions = new Sessions({ credentials, log: silentLog })
  const admission = new Admission({ connectionsMax: 9, perAddressMax: 9, connectTimeoutMs: 10_000 })
  const clients = new Clients({ sessions, admission, monoMs, onRefused: () => undefined })
  const publishing = {
    counts: { accepted: 0, quarantined: 0, retainCleared: 0, breaches: 0 },
    authorize: () => undefined,
  }
  const aedes = await createLibrary({
    sessions,
    clients,
    publishing,
    beforeSubscribe: async () => undefined,
    log: silentLog,
  })
  onTestFinished(() => new Promise<void>((resolve) => aedes.close(() => resolve())))

  const peer = new Peer()
  const connection = new Connection(peer, {
    place: { address: '127.0.0.1', end: () => peer.destroy() },
    monoMs,
    logins: new LoginQueue(),
    onRefused: () => undefined,
  })
  admission.add(connection)
  clients.attach(aedes.handle(peer), connection)
  const subscribed = new Promise((resolve) => aedes.once('subscribe', resolve))
  const { username, password } = credentials.issue({ role: 'door', id: 'a' })
  peer.push(Buffer.concat([connectPacket({ username, password }), subscribePacket(1, ['siaga/v1/doors/a/access', 1])]))
  await subscribed
  peer.reading = false
  const closed = new Promise((resolve) => peer.once('close', resolve))
  const message = { topic: 'siaga/v1/doors/a/access', qos: 1, retain: false, dup: false, cmd: 'publish' } as const
  const startedMs = monoMs()
  // Past what a stream takes before it says that it is full.
  for (let sent = 0; sent < 2; sent++) aedes.publish({ ...message, payload: 'x'.repeat(60_000) }, () => undefined)
  await closed
  expect(monoMs() - startedMs).toBeLessThan(CUT_WITHIN_MS)
})
