import { describe, expect, it } from 'vitest'
import { reasonToInstall, unsupported } from './install.mjs'

const a = { version: '1.0.0', integrity: 'sha512-a' }

describe('reasonToInstall', () => {
  it('finds none when the tree is what the lock names', () => {
    expect(reasonToInstall({ '': {}, a }, { a })).toBeUndefined()
  })

  it('lets an optional package of another platform be absent', () => {
    expect(reasonToInstall({ a, arm: { ...a, optional: true } }, { a })).toBeUndefined()
  })

  it.each([
    ['nothing is installed', { a }, undefined],
    ['a package is missing', { a, b: a }, { a }],
    ['a package has another version', { a }, { a: { ...a, version: '2.0.0' } }],
    ['a package has other bytes', { a }, { a: { ...a, integrity: 'sha512-b' } }],
    ['a package was removed from the lock', { a }, { a, b: a }],
  ])('installs when %s', (_, locked, installed) => {
    expect(reasonToInstall(locked, installed)).toBeTypeOf('string')
  })
})

describe('unsupported', () => {
  const machine = { platform: 'linux', arch: 'arm64', nodeVersion: '20.0.0' }

  it('accepts Linux on x64 and arm64 from Node 20', () => {
    expect(unsupported(machine)).toBeUndefined()
    expect(unsupported({ ...machine, arch: 'x64', nodeVersion: '26.10.0' })).toBeUndefined()
  })

  it('says in one line what is wrong and what to do', () => {
    expect(unsupported({ ...machine, nodeVersion: '18.20.4' })).toMatch(/^Node 18\.20\.4 is too old .*install Node 20/)
    expect(unsupported({ ...machine, platform: 'darwin' })).toMatch(/darwin on arm64/)
    expect(unsupported({ ...machine, arch: 'riscv64' })).toMatch(/linux on riscv64/)
  })
})
