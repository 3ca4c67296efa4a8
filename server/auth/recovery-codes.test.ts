import { expect, it } from 'vitest'
import { makeRecoveryCodes, recoveryCodeHash, recoveryCodesAtRest } from './recovery-codes.ts'

it('makes ten codes of 120 bits, none twice', () => {
  const codes = makeRecoveryCodes()
  expect(new Set(codes).size).toBe(10)
  for (const code of codes) expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{6}-){3}[0-9A-HJKMNP-TV-Z]{6}$/)
})

it('keeps hashes alone, which stay as they are when the list is kept again', async () => {
  const codes = makeRecoveryCodes()
  const kept = await recoveryCodesAtRest.encrypt(JSON.stringify(codes))
  for (const code of codes) expect(kept).not.toContain(code)
  expect(JSON.parse(kept)).toEqual(codes.map(recoveryCodeHash))
  expect(await recoveryCodesAtRest.encrypt(await recoveryCodesAtRest.decrypt(kept))).toBe(kept)
})

it('reads what was meant, and a hash that was stolen opens nothing', () => {
  expect(recoveryCodeHash(' abc10o-de ')).toBe(recoveryCodeHash('ABC1O0DE'))
  const hash = recoveryCodeHash('ABCDEF-GHJKMN-PQRSTV-WXYZ01')
  expect(recoveryCodeHash(hash)).not.toBe(hash)
})
