import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { passwordFault } from './passwords.ts'

describe('passwords', () => {
  it.each([
    'passwordpassword',
    'Password123456!',
    'qwertyuiop1234',
    '123456789012345',
    'aaaaaaaaaaaaaaaa',
    'iloveyou iloveyou 2026',
    'administrator1',
    'Kalimantan Barat 2026',
    'siaga-kalbar-2026',
    'Command Center 123',
    'bismillah bismillah',
    'rahasia.rahasia.1',
    '1qaz2wsx3edc4rfv',
    'abcdefghijklmnop',
  ])('refuses %s, which everybody tries first', (password) => expect(passwordFault(password)).toBe('common'))

  it.each([
    'kata sandi yang cukup panjang',
    'kuda biru di atas atap',
    'x7Kq-p2Lm-9vRt',
    '密码是一只会飞的蓝色大象呀真的',
    'ñandú über façade',
  ])('takes %s', (password) => expect(passwordFault(password)).toBeUndefined())

  it('refuses what is made of one’s own name and address', () => {
    const own = ['Sari Lestari', 'sari.lestari@kalbar.example']
    expect(passwordFault('SariLestari2026', own)).toBe('common')
    expect(passwordFault('SariLestari2026')).toBeUndefined()
    expect(passwordFault('administrator-2026', ['Admin'])).toBe('common')
  })

  it('says first that one is too short', () => {
    expect(passwordFault('password')).toBe('short')
  })

  it('asks for no kind of letter: any twelve different small letters that are no common word will do', () => {
    const letters = fc.uniqueArray(fc.constantFrom(...'bdghijklmnoprtuvy'), { minLength: 12, maxLength: 12 })
    fc.assert(fc.property(letters, (drawn) => passwordFault(drawn.join('')) === undefined))
  })
})
