/** Binary min-heap of deadlines in which each item knows its place: set, move and remove in O(log n), next in O(1). */

export interface HeapItem {
  /** Decides between equal deadlines, so that the order never depends on the history of the heap. */
  readonly id: string
  /** Milliseconds on whatever clock the owner uses; written by the heap alone. */
  deadlineMs: number
  /** Place in the heap, -1 when not in it; written by the heap alone. */
  heapIndex: number
}

export class DeadlineHeap<T extends HeapItem> {
  readonly #items: T[] = []

  get size(): number {
    return this.#items.length
  }

  /** The item with the earliest deadline. */
  get first(): T | undefined {
    return this.#items[0]
  }

  /** Adds or moves an item. An infinite deadline takes it out: it waits for nothing. */
  set(item: T, deadlineMs: number): void {
    if (deadlineMs === Number.POSITIVE_INFINITY) {
      this.remove(item)
      return
    }
    item.deadlineMs = deadlineMs
    if (item.heapIndex < 0) item.heapIndex = this.#items.push(item) - 1
    this.#settle(item)
  }

  remove(item: T): void {
    const index = item.heapIndex
    if (index < 0) return
    item.heapIndex = -1
    item.deadlineMs = Number.POSITIVE_INFINITY
    const last = this.#items.pop()
    if (last === undefined || last === item) return
    this.#put(last, index)
    this.#settle(last)
  }

  #settle(item: T): void {
    this.#up(item)
    this.#down(item)
  }

  #up(item: T): void {
    let index = item.heapIndex
    while (index > 0) {
      const parentIndex = (index - 1) >> 1
      const parent = this.#items[parentIndex]
      if (parent === undefined || isBefore(parent, item)) break
      this.#put(parent, index)
      index = parentIndex
    }
    this.#put(item, index)
  }

  #down(item: T): void {
    let index = item.heapIndex
    for (;;) {
      const child = this.#earlierChild(index)
      if (child === undefined || isBefore(item, child)) break
      const childIndex = child.heapIndex
      this.#put(child, index)
      index = childIndex
    }
    this.#put(item, index)
  }

  #earlierChild(index: number): T | undefined {
    const left = this.#items[2 * index + 1]
    const right = this.#items[2 * index + 2]
    return right !== undefined && left !== undefined && isBefore(right, left) ? right : left
  }

  #put(item: T, index: number): void {
    this.#items[index] = item
    item.heapIndex = index
  }
}

function isBefore(left: HeapItem, right: HeapItem): boolean {
  return left.deadlineMs === right.deadlineMs ? left.id <= right.id : left.deadlineMs < right.deadlineMs
}
