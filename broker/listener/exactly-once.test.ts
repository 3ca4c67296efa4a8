import { expect, it } from 'vitest'
import { ExactlyOnce } from './exactly-once.ts'

/** Everything it keeps, whatever it is called. */
function kept(exactlyOnce: ExactlyOnce): number {
  const collections = Object.values(exactlyOnce) as { size?: number; length?: number }[]
  return collections.reduce((sum, { size, length }) => sum + (size ?? length ?? 0), 0)
}

it('keeps nothing of what is released, though a message is on its way whenever a PUBREL comes', async () => {
  const exactlyOnce = new ExactlyOnce()
  let stored = 0
  const store = async () => {
    stored += 1
  }
  exactlyOnce.received(1)
  await exactlyOnce.once(1, store)
  for (let identifier = 2; identifier <= 260; identifier++) {
    for (const _ of ['sent', 'resent']) exactlyOnce.received(identifier)
    exactlyOnce.released(identifier - 1)
    for (const _ of ['sent', 'resent']) await exactlyOnce.once(identifier, store)
  }
  expect(stored).toBe(260)
  // The last one: its identifier, and what became of it.
  expect(kept(exactlyOnce)).toBe(2)
})

it('keeps nothing of a message that came together with its PUBREL', async () => {
  const exactlyOnce = new ExactlyOnce()
  exactlyOnce.received(1)
  exactlyOnce.released(1)
  await exactlyOnce.once(1, async () => undefined)
  expect(kept(exactlyOnce)).toBe(0)
})

it('knows a duplicate whose PUBREL came before it was asked about', async () => {
  const exactlyOnce = new ExactlyOnce()
  let stored = 0
  const store = async () => {
    stored += 1
  }
  exactlyOnce.received(7)
  exactlyOnce.received(7)
  exactlyOnce.released(7)
  await Promise.all([exactlyOnce.once(7, store), exactlyOnce.once(7, store)])
  expect(stored).toBe(1)
})
