import { describe, expect, it } from 'vitest'
import { judgeExposure } from './exposure.ts'

const bare = {
  SIAGA_DEMO: false,
  SIAGA_HTTP_HOST: '127.0.0.1',
  SIAGA_HTTP_CERT: undefined,
  SIAGA_HTTP_KEY: undefined,
  SIAGA_PUBLIC_URL: undefined,
  SIAGA_TRUST_PROXY: undefined,
}
const everywhere = { ...bare, SIAGA_HTTP_HOST: '0.0.0.0' }
const publicUrl = { SIAGA_PUBLIC_URL: 'https://siaga.example' }
const tls = { SIAGA_HTTP_CERT: 'cert', SIAGA_HTTP_KEY: 'key' }

describe('exposure', () => {
  it('has a login on loopback, with a plain cookie, and none in the demo', () => {
    expect(judgeExposure(bare)).toMatchObject({ login: true, secureCookies: false, tls: undefined })
    expect(judgeExposure({ ...bare, SIAGA_DEMO: true }).login).toBe(false)
  })

  it('goes beyond loopback with TLS of its own or of a named proxy, and a secure cookie', () => {
    const own = judgeExposure({ ...everywhere, ...tls, ...publicUrl })
    expect(own).toMatchObject({ login: true, secureCookies: true, tls: { cert: 'cert', key: 'key' } })
    const behind = judgeExposure({ ...everywhere, ...publicUrl, SIAGA_TRUST_PROXY: '10.0.0.2' })
    expect(behind).toMatchObject({ login: true, secureCookies: true, tls: undefined, proxies: '10.0.0.2' })
  })

  it.each([
    ['without TLS and proxy', { ...everywhere, ...publicUrl }],
    ['without a public address', { ...everywhere, ...tls }],
    ['with a public address in the clear', { ...everywhere, ...tls, SIAGA_PUBLIC_URL: 'http://siaga.example' }],
    ['as the demo', { ...everywhere, ...tls, ...publicUrl, SIAGA_DEMO: true }],
    ['as the demo by name', { ...bare, SIAGA_HTTP_HOST: 'siaga.example', SIAGA_DEMO: true }],
    ['behind a proxy that is not named', { ...bare, ...publicUrl }],
    ['with half a certificate', { ...bare, SIAGA_HTTP_CERT: 'cert' }],
  ])('refuses to start %s', (_, settings) => {
    expect(() => judgeExposure(settings)).toThrow(/SIAGA_/)
  })
})
