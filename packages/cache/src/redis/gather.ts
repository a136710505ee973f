// Gathers what is asked for in one turn of the event loop, so that it goes out as one command.

export interface Gatherer<T> {
  add(item: T): void
  /** Sends what waits: before a command that must not overtake it. */
  flush(): void
}

/** Gives `send` what came in within a turn, at most so many at once. */
export function createGatherer<T>(most: number, send: (items: readonly T[]) => void): Gatherer<T> {
  let items: T[] = []
  const flush = () => {
    if (items.length === 0) return
    const gathered = items
    items = []
    send(gathered)
  }
  return {
    add(item) {
      if (items.push(item) === 1) setImmediate(flush)
      if (items.length >= most) flush()
    },
    flush
  }
}
