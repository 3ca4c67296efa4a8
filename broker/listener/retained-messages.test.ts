import { expect, it } from 'vitest'
import { createPersistence } from './retained-messages.ts'

const message = (topic: string, payload: string) => ({
  ...({ cmd: 'publish', qos: 1, retain: true, dup: false, topic, payload: Buffer.from(payload) } as const),
  ...{ brokerId: 'b', brokerCounter: 1 },
})

async function found(persistence: ReturnType<typeof createPersistence>, topics: string[]): Promise<string[]> {
  const packets = await persistence.createRetainedStreamCombi(topics).toArray()
  return packets.map(({ payload }) => String(payload))
}

it('keeps the newest message of a topic until an empty one, whatever the topic is called', async () => {
  const persistence = createPersistence()
  for (const topic of ['a/b', 'constructor', '__proto__']) {
    await persistence.storeRetained(message(topic, 'old'))
    await persistence.storeRetained(message(topic, `new of ${topic}`))
  }
  expect(await found(persistence, ['a/b', 'toString', '__proto__'])).toEqual(['new of a/b', 'new of __proto__'])
  await persistence.storeRetained(message('a/b', ''))
  expect(await found(persistence, ['a/b', 'constructor'])).toEqual(['new of constructor'])
})

it('finds 15,000 topics one by one in the time of a walk, not of a square', async () => {
  const persistence = createPersistence()
  const topics = Array.from({ length: 15_000 }, (_, index) => `siaga/v1/doors/d-${index}/status`)
  for (const topic of topics) await persistence.storeRetained(message(topic, 'x'))
  const startedMs = performance.now()
  for (const topic of topics) expect(await found(persistence, [topic])).toEqual(['x'])
  // The library's own store takes over a minute for it.
  expect(performance.now() - startedMs).toBeLessThan(10_000)
})
