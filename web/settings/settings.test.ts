import { expect, test } from 'vitest'
import { appsFault, isFaultless, opdFault, personFaults } from './faults.ts'
import { type Identity, idsIn, soughtAmong } from './identities.ts'
import { secretOf } from './own-account.ts'
import { deviceName } from './own-sessions.ts'
import { qrCode } from './qr.ts'

const identity = (username: string, name: string | null = null): Identity => ({
  ...{ username, name, role: 'app', id: username, apps: null },
  tokens: [],
})

test('identities are found by every word of name and user name', () => {
  const all = [identity('app:simrs', 'SIMRS Provinsi'), identity('door:ruang-komando')]
  expect(soughtAmong(all, 'provinsi SIM').map(({ username }) => username)).toEqual(['app:simrs'])
  expect(soughtAmong(all, ' ')).toHaveLength(2)
  expect(soughtAmong(all, 'tidak ada')).toEqual([])
})

test('what a server would refuse in English is told at its field', () => {
  expect(appsFault('simrs, SIMRS')).toContain('“SIMRS”')
  expect(appsFault(' , ')).not.toBe('')
  expect(appsFault('simrs ppid')).toBe('')
  expect(opdFault('opd-owner', '  ')).not.toBe('')
  expect(opdFault('opd-owner', 'Dinkes')).toBe('')
  expect(opdFault('operator', '')).toBe('')
  const person = { name: 'Sari', email: 'sari@kalbar.example', role: 'operator', opd: '' } as const
  expect(isFaultless(personFaults(person))).toBe(true)
  for (const wrong of [{ name: ' ' }, { email: 'sari' }, { role: 'opd-owner' as const }]) {
    expect(isFaultless(personFaults({ ...person, ...wrong })), JSON.stringify(wrong)).toBe(false)
  }
})

test('ids may be typed with commas and spaces', () => {
  expect(idsIn(' simrs, ppid\nsikedip ')).toEqual(['simrs', 'ppid', 'sikedip'])
  expect(idsIn(' ')).toEqual([])
})

test.each([
  [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
    'Chrome, Linux',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0',
    'Edge, Windows',
  ],
  [
    'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 SamsungBrowser/28.0 Chrome/130.0 Mobile',
    'Samsung Internet, Android',
  ],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox, macOS'],
  ['curl/8', null],
])('the device of %s', (agent, name) => expect(deviceName(agent)).toBe(name))

test('the key of an app is typed in groups of four', () => {
  expect(secretOf('otpauth://totp/Siaga:a?secret=ABCDEFGHIJ&issuer=Siaga')).toBe('ABCD EFGH IJ')
})

test('a QR code has its three finders and a quiet zone', () => {
  const { size, path } = qrCode('otpauth://totp/Siaga:a?secret=ABCDEFGHIJ')
  const dark = new Set(path.match(/\d+ \d+/g))
  const finders = [
    [4, 4],
    [size - 11, 4],
    [4, size - 11],
  ] as const
  for (const [x, y] of finders) {
    expect([0, 6].every((step) => dark.has(`${x + step} ${y}`) && dark.has(`${x} ${y + step}`))).toBe(true)
    expect(dark.has(`${x + 1} ${y + 1}`)).toBe(false)
  }
  expect([...dark].some((at) => at.split(' ').some((one) => Number(one) < 4 || Number(one) >= size - 4))).toBe(false)
})
