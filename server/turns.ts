/** One task at a time for each key, in the order they came. Whoever gives the tasks bounds how many wait. */
export type Turns = <T>(key: string, task: () => Promise<T>) => Promise<T>

export function createTurns(): Turns {
  const last = new Map<string, Promise<void>>()
  return (key, task) => {
    const turn = last.get(key)?.then(task) ?? task()
    const passed = () => {
      if (last.get(key) === over) last.delete(key)
    }
    const over = turn.then(passed, passed)
    last.set(key, over)
    return turn
  }
}
