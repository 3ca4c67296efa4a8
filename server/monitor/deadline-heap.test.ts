import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DeadlineHeap, type HeapItem } from './deadline-heap.ts'

const item = (id: string): HeapItem => ({ id, deadlineMs: Number.POSITIVE_INFINITY, heapIndex: -1 })

function drain(heap: DeadlineHeap<HeapItem>): number[] {
  const order: number[] = []
  while (heap.first) {
    order.push(heap.first.deadlineMs)
    heap.remove(heap.first)
  }
  return order
}

describe('deadline heap', () => {
  it('gives deadlines in order, however they were set, moved and removed', () => {
    const operations = fc.array(fc.tuple(fc.nat(20), fc.option(fc.nat(50), { nil: Number.POSITIVE_INFINITY })))
    fc.assert(
      fc.property(operations, (steps) => {
        const items = Array.from({ length: 21 }, (_, index) => item(`item-${index}`))
        const heap = new DeadlineHeap<HeapItem>()
        for (const [index, deadlineMs] of steps) heap.set(items[index]!, deadlineMs)
        const expected = [...new Map(steps).values()].filter(Number.isFinite).sort((left, right) => left - right)
        expect(drain(heap)).toEqual(expected)
      }),
      { seed: 1, numRuns: 300 },
    )
  })

  it('decides between equal deadlines by id', () => {
    const heap = new DeadlineHeap<HeapItem>()
    for (const id of ['c', 'a', 'b']) heap.set(item(id), 7)
    expect(heap.first?.id).toBe('a')
  })

  it('lets an infinite deadline wait for nothing', () => {
    const heap = new DeadlineHeap<HeapItem>()
    const only = item('a')
    heap.set(only, 5)
    heap.set(only, Number.POSITIVE_INFINITY)
    expect(heap.size).toBe(0)
  })
})
