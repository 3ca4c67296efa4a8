import { describe, expect, it } from 'vitest'
import { createOriginRules } from './origin.ts'

describe('origin rules', () => {
  const rules = createOriginRules(8080, 'https://siaga.example')

  it('answers loopback names and the public address, on their ports only', () => {
    for (const host of ['localhost:8080', '127.0.0.1:8080', '[::1]:8080', 'siaga.example', 'SIAGA.example']) {
      expect(rules.isOurHost(host)).toBe(true)
    }
    for (const host of [undefined, 'localhost', '127.0.0.1:8081', 'evil.example', 'siaga.example:8080']) {
      expect(rules.isOurHost(host)).toBe(false)
    }
  })

  it('lets programs without an origin and our own pages write', () => {
    expect(rules.isOurOrigin(undefined)).toBe(true)
    expect(rules.isOurOrigin('https://siaga.example')).toBe(true)
    expect(rules.isOurOrigin('http://localhost:8080')).toBe(true)
    for (const origin of ['null', 'http://siaga.example', 'https://evil.example', 'http://localhost:3000']) {
      expect(rules.isOurOrigin(origin)).toBe(false)
    }
  })
})
