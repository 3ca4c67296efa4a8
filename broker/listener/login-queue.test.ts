import { expect, it } from 'vitest'
import { LoginQueue } from './login-queue.ts'

const turnOfTheLoop = () => new Promise<void>((resolve) => setImmediate(resolve))

it('lets all in, in the order they came, and other work in between', async () => {
  const queue = new LoginQueue()
  const proceeded: number[] = []
  const seenAtTurns: number[] = []
  for (let index = 0; index < 100; index++) queue.enter(() => proceeded.push(index))
  expect(proceeded).toEqual([])
  while (proceeded.length < 100) {
    await turnOfTheLoop()
    seenAtTurns.push(proceeded.length)
  }
  expect(proceeded).toEqual(Array.from({ length: 100 }, (_, index) => index))
  expect(seenAtTurns.slice(0, 4)).toEqual([32, 64, 96, 100])
})

it('takes one that comes while others proceed', async () => {
  const queue = new LoginQueue()
  const proceeded: string[] = []
  queue.enter(() => {
    proceeded.push('first')
    queue.enter(() => proceeded.push('second'))
  })
  await turnOfTheLoop()
  await turnOfTheLoop()
  await turnOfTheLoop()
  expect(proceeded).toEqual(['first', 'second'])
  queue.enter(() => proceeded.push('third'))
  await turnOfTheLoop()
  expect(proceeded).toHaveLength(3)
})
