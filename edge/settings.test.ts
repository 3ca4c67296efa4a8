import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readSettings } from '#runtime/settings.ts'
import { doorShape } from './settings.ts'

const { publicKey } = generateKeyPairSync('ed25519')
const der = publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
const good = { SIAGA_DOOR: 'komando', SIAGA_SENSOR: '/dev/serial0', SIAGA_GPIO: 'simulated', SIAGA_COMMAND_KEY: der }

describe('door settings', () => {
  it('takes the command key as DER or PEM', () => {
    const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString()
    for (const SIAGA_COMMAND_KEY of [der, pem]) {
      expect(readSettings(doorShape, { ...good, SIAGA_COMMAND_KEY }).SIAGA_COMMAND_KEY?.equals(publicKey)).toBe(true)
    }
  })

  it('takes no other kind of key', () => {
    const other = generateKeyPairSync('x25519').publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
    for (const SIAGA_COMMAND_KEY of [other, 'nonsense']) {
      expect(() => readSettings(doorShape, { ...good, SIAGA_COMMAND_KEY })).toThrow('public Ed25519 key')
    }
  })

  it('bounds the strike pulse and the held-open time', () => {
    const pulse = (SIAGA_STRIKE_PULSE_MS: string) => readSettings(doorShape, { ...good, SIAGA_STRIKE_PULSE_MS })
    expect(pulse('10000').SIAGA_STRIKE_PULSE_MS).toBe(10_000)
    expect(() => pulse('10001')).toThrow('SIAGA_STRIKE_PULSE_MS is "10001"')
    expect(() => readSettings(doorShape, { ...good, SIAGA_HELD_OPEN_MS: '0' })).toThrow('SIAGA_HELD_OPEN_MS')
  })

  it('refuses what is no port, no backend, no broker and no baud rate, all at once', () => {
    const wrong = { SIAGA_SENSOR: 'COM3', SIAGA_GPIO: 'magic', SIAGA_MQTT_URL: 'http://x', SIAGA_SENSOR_BAUD: '57601' }
    expect(() => readSettings(doorShape, { ...good, ...wrong })).toThrow(
      /SIAGA_SENSOR is.*SIAGA_SENSOR_BAUD is.*SIAGA_GPIO is.*SIAGA_MQTT_URL is/s,
    )
  })
})
