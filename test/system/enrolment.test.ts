/** A door becomes known by a one-time code, every part a real process: it makes its token, connects, and believes the server's list. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { DoorState } from '#contract/door.ts'
import { startLoginStack } from '../harness/login.ts'
import { root, runProgram, testProcess } from '../harness/process.ts'
import { admin, type Siaga } from '../harness/siaga.ts'
import { temporaryDirectory } from '../harness/temporary.ts'
import { until } from '../harness/until.ts'

const door = 'komando'
const Code = z.object({ code: z.string(), username: z.literal(`door:${door}`) })
const Identity = z.object({ username: z.string(), token: z.string(), commandKey: z.string() })

const issueCode = ({ dataDir }: Siaga) => Code.parse(admin(dataDir, 'device', 'enrol', 'door', door)).code

/** The machine at the door: a data directory of its own. */
function machine({ httpUrl, mqttUrl }: Siaga) {
  const dataDir = temporaryDirectory()
  const identityPath = join(dataDir, 'edge', door, 'identity.json')
  const env = { SIAGA_DATA_DIR: dataDir, SIAGA_DOOR: door }
  return {
    identityPath,
    identity: () => Identity.parse(JSON.parse(readFileSync(identityPath, 'utf8'))),
    enrol: (code: string, id = door) =>
      runProgram(process.execPath, [join(root, 'edge/enrol-main.ts'), code], {
        ...{ ...env, SIAGA_DOOR: id },
        SIAGA_ENROL_URL: httpUrl,
      }),
    agent: testProcess({
      name: 'door agent',
      args: ['edge/door-main.ts'],
      env: () => ({ ...env, SIAGA_SENSOR: 'simulated', SIAGA_GPIO: 'simulated', SIAGA_MQTT_URL: mqttUrl }),
      ready: 'door agent ready',
    }),
  }
}

describe('enrolment by a one-time code', () => {
  it('makes a door that connects, takes the signed list, and whose token only it knows', async () => {
    const { siaga } = await startLoginStack()
    const pi = machine(siaga)
    const code = issueCode(siaga)
    admin(siaga.dataDir, 'person', 'add', 'p-0007', '--name', 'Dayang Suryani')
    admin(siaga.dataDir, 'assign', 'p-0007', door)
    expect(await pi.enrol(code.toLowerCase().replaceAll('-', ' '))).toMatchObject({ code: 0 })
    expect(statSync(pi.identityPath).mode & 0o777).toBe(0o600)
    await pi.agent.start()
    await until('the list of the server in force at the door', () => {
      const newest = siaga.rows('doorState').at(-1)
      const state = newest && DoorState.parse(JSON.parse(newest.payload))
      return newest?.sender === `door:${door}` && (state?.accessVersion ?? 0) > 0
    })
    const { token } = pi.identity()
    expect(Buffer.from(token, 'base64url')).toHaveLength(32)
    const kept =
      readFileSync(join(siaga.dataDir, 'identity.db'), 'latin1') +
      readFileSync(join(siaga.dataDir, 'identity.db-wal'), 'latin1')
    expect(kept).toContain(createHash('sha256').update(token).digest('hex'))
    for (const secret of [token, code, code.replaceAll('-', '')]) {
      expect(kept).not.toContain(secret)
      expect([...siaga.server.lines, ...siaga.broker.lines].join('\n')).not.toContain(secret)
    }
  })

  it('takes a code once and for its door alone, and ends the older token with a new enrolment', async () => {
    const { siaga } = await startLoginStack()
    const [pi, other] = [machine(siaga), machine(siaga)]
    const code = issueCode(siaga)
    expect(await other.enrol(code, 'arsip')).toMatchObject({ code: 1, output: expect.stringContaining('Not enrolled') })
    expect(await pi.enrol(code)).toMatchObject({ code: 0 })
    expect(await other.enrol(code)).toMatchObject({ code: 1, output: expect.stringContaining('Not enrolled') })
    expect(await other.enrol('nonsense')).toMatchObject({ code: 1, output: expect.stringContaining('is no code') })
    expect(existsSync(other.identityPath)).toBe(false)
    await pi.agent.start()
    const timesOnline = () => siaga.rows('doorStatus').filter(({ payload }) => payload.includes('"online"')).length
    await until('the first machine online', () => timesOnline() === 1)
    // Its answer was lost before the file was written.
    const { token } = pi.identity()
    rmSync(pi.identityPath)
    writeFileSync(join(pi.identityPath, '..', 'enrolling.token'), token)
    expect(await pi.enrol(code)).toMatchObject({ code: 0 })
    expect(pi.identity().token).toBe(token)
    expect(existsSync(join(pi.identityPath, '..', 'enrolling.token'))).toBe(false)
    // A new SD card: the old one is out within a second of the new one's enrolment.
    expect(await other.enrol(issueCode(siaga))).toMatchObject({ code: 0 })
    const cut = () => siaga.broker.lines.some((line) => line.includes('credential revoked, connection closed'))
    await until('the first machine cut off', cut, 1_000)
    await other.agent.start()
    await until('the second machine online', () => timesOnline() === 2)
  })

  it('refuses to start without either, and to send a code over plain http', async () => {
    const dataDir = temporaryDirectory()
    const env = { SIAGA_DATA_DIR: dataDir, SIAGA_DOOR: door, SIAGA_SENSOR: 'simulated', SIAGA_GPIO: 'simulated' }
    const start = await runProgram(process.execPath, [join(root, 'edge/door-main.ts')], env)
    expect(start).toMatchObject({ code: 78, output: expect.stringContaining('is not enrolled') })
    const plain = await runProgram(process.execPath, [join(root, 'edge/enrol-main.ts'), 'ABCDE-FGHJK-MNPQR-STVWX'], {
      ...env,
      SIAGA_ENROL_URL: 'http://siaga.example',
    })
    expect(plain).toMatchObject({ code: 1, output: expect.stringContaining('only https') })
  })
})
