import { expect, it } from 'vitest'
import { factorsOutOfReach, judgeProvider } from './provider-settings.ts'

const none = {
  SIAGA_OIDC_ISSUER: undefined,
  SIAGA_OIDC_CLIENT_ID: undefined,
  SIAGA_OIDC_CLIENT_SECRET: undefined,
  SIAGA_OIDC_NAME: 'SSO',
  SIAGA_PUBLIC_URL: 'https://siaga.example',
}
const all = {
  ...none,
  SIAGA_OIDC_ISSUER: 'https://login.example/realms/provinsi',
  SIAGA_OIDC_CLIENT_ID: 'siaga',
  SIAGA_OIDC_CLIENT_SECRET: 's'.repeat(32),
}

it('is none without an issuer', () => expect(judgeProvider(none)).toBeUndefined())

it('sends people back to the public address', () => {
  expect(judgeProvider(all)).toMatchObject({ name: 'SSO', returnAddress: 'https://siaga.example/login/return' })
})

it('may be in the clear on loopback alone', () => {
  expect(judgeProvider({ ...all, SIAGA_OIDC_ISSUER: 'http://127.0.0.1:9000' })?.issuer.port).toBe('9000')
  expect(() => judgeProvider({ ...all, SIAGA_OIDC_ISSUER: 'http://login.example' })).toThrow('must be https')
})

it.each([
  ['https://siaga.example', 'everyone', undefined],
  ['https://10.0.0.5:8443', 'acts', undefined],
  ['https://10.0.0.5:8443', 'everyone', 'a bare address'],
  ['https://[fd00::5]', 'everyone', 'a bare address'],
] as const)('at %s, with two factors for %s, warns of %s', (SIAGA_PUBLIC_URL, SIAGA_SECOND_FACTOR, said) => {
  const warning = factorsOutOfReach({ ...all, SIAGA_PUBLIC_URL, SIAGA_SECOND_FACTOR })
  if (said === undefined) expect(warning).toBeUndefined()
  else expect(warning).toContain(said)
  expect(factorsOutOfReach({ ...none, SIAGA_PUBLIC_URL, SIAGA_SECOND_FACTOR })).toBeUndefined()
})

it.each(['SIAGA_OIDC_CLIENT_ID', 'SIAGA_OIDC_CLIENT_SECRET', 'SIAGA_PUBLIC_URL'])(
  'refuses to start without %s',
  (name) => {
    expect(() => judgeProvider({ ...all, [name]: undefined })).toThrow(/SIAGA_OIDC_ISSUER needs/)
  },
)
