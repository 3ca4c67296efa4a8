import { describe, expect, it, onTestFinished } from 'vitest'
import { silentLog } from '#runtime/log.ts'
import { Authenticator } from '../../test/harness/authenticator.ts'
import { temporaryDirectory } from '../../test/harness/temporary.ts'
import { openAuthDb } from './auth-db.ts'
import { CHALLENGE_LIVES_MS } from './challenges.ts'
import { PASSKEYS_MAX, PasskeyTable } from './passkey-table.ts'
import { Passkeys } from './passkeys.ts'
import type { Person } from './roles.ts'

const origin = 'https://siaga.example'
const host = 'siaga.example'
const refusal = { name: 'LoginRefusedError', problem: 'passkey-refused' }

const person = (id: string): Person => ({
  ...{ kind: 'person', id, name: id, email: `${id}@siaga.example`, role: 'operator', opd: null, session: `of-${id}` },
  ...{
    beganMs: 0,
    hasPassword: true,
    hasTotp: false,
    passkeys: 0,
    factorRemoved: false,
    steppedUpMs: null,
    secondFactorDue: false,
  },
})
const sari = person('sari')
const budi = person('budi')

function open(name = host) {
  const db = openAuthDb(temporaryDirectory())
  onTestFinished(() => db.close())
  const time = { nowMs: 1_000 }
  const clock = { wallMs: () => time.nowMs, monoMs: () => time.nowMs }
  const table = new PasskeyTable(db)
  const passkeys = new Passkeys({ table, host: name, clock, log: silentLog })
  const give = async (owner: Person, key = new Authenticator()) => {
    const { challenge } = await passkeys.creationOptions(owner)
    await passkeys.create(owner, 'laptop', key.create({ challenge, origin, host }), origin)
    return key
  }
  return { time, table, passkeys, give }
}

describe('logging in with a passkey', () => {
  it('names the person who holds it, and notes the use', async () => {
    const { passkeys, give, time, table } = open()
    const key = await give(sari)
    expect(table.of('sari')).toMatchObject([{ name: 'laptop', counter: 0, usedMs: null, transports: ['internal'] }])
    time.nowMs += 5_000
    const { challenge } = await passkeys.loginOptions()
    expect(await passkeys.login(key.prove({ challenge, origin, host }), origin)).toBe('sari')
    expect(table.of('sari')).toMatchObject([{ counter: 1, usedMs: 6_000 }])
  })

  it.each(['ES256', 'EdDSA', 'RS256'] as const)('takes a key of %s, and no signature of another', async (kind) => {
    const { passkeys, give } = open()
    const key = await give(sari, new Authenticator(kind))
    const fresh = async () => ({ challenge: (await passkeys.loginOptions()).challenge, origin, host })
    expect(await passkeys.login(key.prove(await fresh()), origin)).toBe('sari')
    const { id, rawId } = key.prove(await fresh())
    const forged = { ...new Authenticator(kind).prove(await fresh()), id, rawId }
    await expect(passkeys.login(forged, origin)).rejects.toMatchObject(refusal)
  })

  it('takes an answer once, and no later than five minutes', async () => {
    const { passkeys, give, time } = open()
    const key = await give(sari)
    const { challenge } = await passkeys.loginOptions()
    const answer = key.prove({ challenge, origin, host })
    await passkeys.login(answer, origin)
    await expect(passkeys.login(answer, origin)).rejects.toMatchObject(refusal)
    const late = await passkeys.loginOptions()
    time.nowMs += CHALLENGE_LIVES_MS
    const lateAnswer = key.prove({ challenge: late.challenge, origin, host })
    await expect(passkeys.login(lateAnswer, origin)).rejects.toMatchObject(refusal)
  })

  it.each([
    ['of another page', { origin: 'https://siaga.example.evil.example' }],
    ['for another site', { host: 'evil.example' }],
    ['without finger, face or PIN', { userVerified: false }],
    ['to a challenge nobody gave', { challenge: 'AAAA' }],
  ])('refuses an answer %s', async (_, spoiled) => {
    const { passkeys, give } = open()
    const key = await give(sari)
    const { challenge } = await passkeys.loginOptions()
    const answer = key.prove({ challenge, origin, host, ...spoiled })
    await expect(passkeys.login(answer, origin)).rejects.toMatchObject(refusal)
  })

  it('refuses a signature of another key, an unknown key, and a copy that counts fewer uses', async () => {
    const { passkeys, give } = open()
    const key = await give(sari)
    const fresh = async () => ({ challenge: (await passkeys.loginOptions()).challenge, origin, host })
    const { id, rawId } = key.prove(await fresh())
    const stolen = { ...new Authenticator().prove(await fresh()), id, rawId }
    await expect(passkeys.login(stolen, origin)).rejects.toMatchObject(refusal)
    await expect(passkeys.login(new Authenticator().prove(await fresh()), origin)).rejects.toMatchObject(refusal)
    await passkeys.login(key.prove(await fresh()), origin)
    key.counter = 0
    await expect(passkeys.login(key.prove(await fresh()), origin)).rejects.toMatchObject(refusal)
  })

  it('is over with the passkey', async () => {
    const { passkeys, give, table } = open()
    const key = await give(sari)
    const [one] = table.of('sari')
    expect(table.remove('budi', one?.id ?? '')).toBe(false)
    expect(table.remove('sari', one?.id ?? '')).toBe(true)
    const { challenge } = await passkeys.loginOptions()
    await expect(passkeys.login(key.prove({ challenge, origin, host }), origin)).rejects.toMatchObject(refusal)
  })
})

describe('a step-up with a passkey', () => {
  it('takes the own one, and neither that of another nor an answer meant for logging in', async () => {
    const { passkeys, give } = open()
    const [own, foreign] = [await give(sari), await give(budi)]
    const asked = await passkeys.stepUpOptions(sari)
    expect(asked.allowCredentials).toHaveLength(1)
    await passkeys.stepUp(sari, own.prove({ challenge: asked.challenge, origin, host }), origin)
    const again = await passkeys.stepUpOptions(sari)
    const other = foreign.prove({ challenge: again.challenge, origin, host })
    await expect(passkeys.stepUp(sari, other, origin)).rejects.toMatchObject(refusal)
    const { challenge } = await passkeys.loginOptions()
    await expect(passkeys.stepUp(sari, own.prove({ challenge, origin, host }), origin)).rejects.toMatchObject(refusal)
  })
})

describe('making a passkey', () => {
  it('needs the session that asked, and has a limit', async () => {
    const { passkeys, give, table } = open()
    const { challenge } = await passkeys.creationOptions(budi)
    const stolen = new Authenticator().create({ challenge, origin, host })
    await expect(passkeys.create(sari, 'x', stolen, origin)).rejects.toMatchObject(refusal)
    for (let made = 0; made < PASSKEYS_MAX; made += 1) await give(sari)
    await expect(give(sari)).rejects.toMatchObject({ problem: 'passkeys-full' })
    expect(table.of('sari')).toHaveLength(PASSKEYS_MAX)
    await give(budi)
  })

  it('is offered at the name people use, and never at a bare address', () => {
    const { passkeys } = open()
    expect(passkeys.servedAt('siaga.example')).toBe(true)
    expect(passkeys.servedAt('siaga.example:8443')).toBe(true)
    for (const other of ['localhost:8080', '127.0.0.1', '', undefined]) expect(passkeys.servedAt(other)).toBe(false)
    expect(open('10.1.2.3').passkeys.servedAt('10.1.2.3')).toBe(false)
  })
})
