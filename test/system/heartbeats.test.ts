/** Applications that report with nothing but mosquitto_pub or curl: seen while they beat, convicted on time when they stop. */
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { openWall, startBrowser } from '../harness/browser.ts'
import { runProgram } from '../harness/process.ts'
import { type Credential, registerApps, type Siaga, startSiaga } from '../harness/siaga.ts'
import { describeWith, programOf } from '../harness/system-packages.ts'
import { until } from '../harness/until.ts'

const WAIT_MS = 30_000
/** A small part of the interval: starting a program takes long on a busy machine. */
const BEAT_PAUSE_MS = 300
/** Of the promise: never later than this after the deadline. */
const DECLARED_WITHIN_MS = 1_000
const [intervalS, graceS] = [2, 2]
const deadlineMs = (intervalS + graceS) * 1_000
const apps = ['lewat-mqtt', 'lewat-http', 'lewat-tautan'].map((id) => ({ id, intervalS, graceS }))

type Send = (seq: number) => Promise<{ code: number | null; output: string }>

interface Mosquitto {
  readonly user: string
  readonly password: string
  readonly topic: string
  readonly message: string
}

function mosquittoPub(siaga: Siaga, { user, password, topic, message }: Mosquitto) {
  const connection = ['-h', '127.0.0.1', '-p', String(siaga.mqttPort), '-V', 'mqttv311', '-q', '1']
  return runProgram(programOf('mosquitto-clients'), [
    ...[...connection, '-u', user, '-P', password],
    ...['-t', topic, '-m', message],
  ])
}

/** Its output is the HTTP status. */
const curl = (...args: string[]) =>
  runProgram(programOf('curl'), ['--silent', '--output', '/dev/null', '--write-out', '%{http_code}', ...args])

function senders(siaga: Siaga, tokens: ReadonlyMap<string, Credential>): Record<string, Send> {
  const beat = (seq: number) => JSON.stringify({ boot: 'sistem', seq, latencyMs: 20 })
  const tokenOf = (id: string) => tokens.get(id)?.password ?? ''
  const topic = 'siaga/v1/apps/lewat-mqtt/heartbeat'
  const login = { user: 'app:lewat-mqtt', password: tokenOf('lewat-mqtt') }
  return {
    'lewat-mqtt': (seq) => mosquittoPub(siaga, { ...login, topic, message: beat(seq) }),
    'lewat-http': (seq) =>
      curl(
        ...['--header', `Authorization: Bearer ${tokenOf('lewat-http')}`],
        ...['--data', beat(seq), `${siaga.httpUrl}/api/v1/heartbeat/lewat-http`],
      ),
    'lewat-tautan': (seq) => curl('--data', beat(seq), `${siaga.httpUrl}/hb/${tokenOf('lewat-tautan')}`),
  }
}

interface Beats {
  /** How many were delivered. @throws what kept one from being */
  sent(): number
  /** @returns the last number that was delivered */
  stop(): Promise<number>
}

function beating(send: Send): Beats {
  const stopping = new AbortController()
  onTestFinished(() => stopping.abort())
  let seq = 0
  let failure: unknown
  const loop = async () => {
    while (!stopping.signal.aborted) {
      expect(await send(seq + 1)).toEqual({ code: 0, output: expect.stringMatching(/^(202)?$/) })
      seq += 1
      // Rejected when stopping: then the loop ends.
      await delay(BEAT_PAUSE_MS, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
    return seq
  }
  const running = loop()
  running.catch((error: unknown) => {
    failure = error
  })
  return {
    sent() {
      if (failure !== undefined) throw failure
      return seq
    },
    stop: () => {
      stopping.abort()
      return running
    },
  }
}

describeWith(['mosquitto-clients', 'curl', 'chromium'], 'heartbeats from a shell', () => {
  test('are up on the wall while they come; late, then down at the deadline when they stop', async () => {
    const browser = await startBrowser()
    const siaga = await startSiaga()
    const send = senders(siaga, registerApps(siaga.dataDir, apps))
    const wall = await openWall(browser, siaga.httpUrl)
    const tile = (id: string, state: string, seq: number) =>
      wall.page.locator(`[data-app="${id}"][data-state="${state}"][data-seq="${seq}"]`)

    const convict = async (id: string) => {
      const beats = beating(send[id] as Send)
      await until(`${id} up on the wall`, () => beats.sent() > 0 && wall.shows('app', id) === 'up', WAIT_MS)
      await until(`three heartbeats of ${id}`, () => beats.sent() >= 3, WAIT_MS)
      const last = await beats.stop()
      await tile(id, 'up', last).waitFor({ timeout: WAIT_MS })
      await until(`${id} down on the wall`, () => wall.shows('app', id) === 'down', WAIT_MS)
      await tile(id, 'down', last).waitFor({ timeout: WAIT_MS })

      const heardMs = siaga.rows('heartbeat').findLast(({ subject }) => subject === id)?.receivedMs ?? 0
      const transitions = await transitionsUntilDown(siaga, id)
      expect(transitions[0]).toMatchObject({ from: 'new', to: 'up', cause: 'heartbeat' })
      const [late, down] = transitions.slice(-2)
      expect(late).toMatchObject({ to: 'late', cause: 'silence', atMs: heardMs + intervalS * 1_000 })
      expect(down).toMatchObject({ to: 'down', cause: 'silence', atMs: heardMs + deadlineMs })
      expect(down?.declaredAtMs).toBeLessThanOrEqual(heardMs + deadlineMs + DECLARED_WITHIN_MS)

      const shown = wall.changes.filter((change) => change.kind === 'app' && change.id === id)
      expect(shown.slice(-3).map(({ value }) => value)).toEqual(['up', 'late', 'down'])
      expect(shown.filter(({ value }) => value === 'down')).toHaveLength(1)
      const shownMs = shown.at(-1)?.atMs ?? 0
      expect(shownMs).toBeGreaterThanOrEqual(heardMs + deadlineMs)
      expect(shownMs).toBeLessThanOrEqual(heardMs + deadlineMs + DECLARED_WITHIN_MS)
    }
    await Promise.all(apps.map(({ id }) => convict(id)))
  })

  test('with a wrong token, on a wrong topic or with a bad payload change nothing', async () => {
    const siaga = await startSiaga()
    const tokens = registerApps(siaga.dataDir, apps)
    const password = tokens.get('lewat-mqtt')?.password ?? ''
    const own = 'siaga/v1/apps/lewat-mqtt/heartbeat'
    const user = 'app:lewat-mqtt'

    const wrongToken = await mosquittoPub(siaga, { user, password: 'salah', topic: own, message: '' })
    expect(wrongToken.code).not.toBe(0)
    const foreign = 'siaga/v1/apps/lewat-http/heartbeat'
    await mosquittoPub(siaga, { user, password, topic: foreign, message: '' })
    await mosquittoPub(siaga, { user, password, topic: 'lain/sama/sekali', message: '' })
    const badPayload = await mosquittoPub(siaga, { user, password, topic: own, message: '{"status":"baik"}' })
    expect(badPayload.code).toBe(0)

    const pushed = `${siaga.httpUrl}/api/v1/heartbeat/lewat-http`
    const bearer = (token: string) => ['--header', `Authorization: Bearer ${token}`]
    expect((await curl(...bearer('salah'), '--data', '', pushed)).output).toBe('401')
    expect((await curl(...bearer(password), '--data', '', pushed)).output).toBe('401')
    expect((await curl(`${siaga.httpUrl}/hb/salah`)).output).toBe('404')
    const right = tokens.get('lewat-http')?.password ?? ''
    expect((await curl(...bearer(right), '--data', '{"latencyMs":-1}', pushed)).output).toBe('400')

    expect(siaga.reader.quarantined(10)).toMatchObject([{ sender: user, topic: own }])
    expect(siaga.rows('heartbeat')).toEqual([])
    // Whatever is judged by now, was judged after all of that: the server has read past it.
    const passed = siaga.reader.lastId()
    await until('the server past it', () => siaga.rows('pulse').some(({ id }) => id > passed + 1), WAIT_MS)
    const { apps: judged } = await siaga.status()
    expect(judged.map(({ state, lastHeartbeatAt }) => ({ state, lastHeartbeatAt }))).toEqual(
      apps.map(() => ({ state: 'new', lastHeartbeatAt: null })),
    )
  })
})

/** Written once a second, so waited for. */
async function transitionsUntilDown(siaga: Siaga, app: string) {
  const transitions = await until(
    `the outage of ${app} on record`,
    async () => {
      const known = await siaga.transitions(app)
      return known.at(-1)?.to === 'down' && known
    },
    WAIT_MS,
  )
  return transitions.map(({ at, declaredAt, ...rest }) => ({
    ...rest,
    atMs: Date.parse(at),
    declaredAtMs: Date.parse(declaredAt),
  }))
}
