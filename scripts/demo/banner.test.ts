import { expect, it } from 'vitest'
import { banner } from './banner.ts'

const facts = {
  httpUrl: 'http://127.0.0.1:8081',
  mqttUrl: 'mqtt://127.0.0.1:1883',
  dataDirectory: './data/demo',
  heard: 61,
  apps: 61,
  startedInMs: 7_340,
  notes: ['Port 8080 terpakai: memakai 8081.'],
}

it('names every address, the data, what moved and how to stop', () => {
  const text = banner(facts, false)
  for (const part of [
    '8081/wall',
    '8081/explore',
    '8081/simulator',
    'mqtt://127.0.0.1:1883',
    './data/demo',
    'Ctrl-C',
  ]) {
    expect(text).toContain(part)
  }
  expect(text).toContain('61 dari 61 aplikasi melapor, 7,3 detik')
  expect(text).toContain('Port 8080 terpakai')
})

it('writes no colour codes where none are shown', () => {
  expect(banner(facts, false)).not.toContain('\u001b')
  expect(banner(facts, true)).toContain('\u001b')
})
