import { expect, it } from 'vitest'
import { localAddress } from './addresses.ts'
import { planChildren } from './children.ts'

const facts = {
  dataDirectory: '/data/demo',
  http: { host: '127.0.0.1', port: 8080, url: 'http://127.0.0.1:8080' },
  mqtt: { host: '127.0.0.1', port: 1884, url: 'mqtt://127.0.0.1:1884' },
  simulatorUrl: 'http://127.0.0.1:4000',
  doors: ['ruang-komando', 'ruang-rapat'].map((id) => ({
    id,
    sensorPath: '/dev/pts/3',
    gpioSocketPath: `/data/demo/${id}.sock`,
    username: `door:${id}`,
    password: `secret of ${id}`,
    commandKey: 'key',
  })),
  server: {},
}

it('starts broker, server and each door on the demo data and the same broker', () => {
  const plans = planChildren(facts)
  expect(plans.map((plan) => plan.args[0])).toEqual([
    ...['broker/main.ts', 'server/main.ts', 'edge/door-main.ts', 'edge/door-main.ts'],
  ])
  for (const { env } of plans) {
    expect(env).toMatchObject({
      SIAGA_DEMO: '1',
      SIAGA_DATA_DIR: '/data/demo',
      SIAGA_MQTT_URL: 'mqtt://127.0.0.1:1884',
    })
  }
})

it('gives the credential of a door to that door alone', () => {
  const withSecret = planChildren(facts).filter(({ env }) => Object.values(env).includes('secret of ruang-rapat'))
  expect(withSecret.map((plan) => plan.name)).toEqual(['door-ruang-rapat'])
})

it('asks locally what listens everywhere', () => {
  expect(localAddress('0.0.0.0', 80)).toBe('127.0.0.1:80')
  expect(localAddress('::1', 80)).toBe('[::1]:80')
})
