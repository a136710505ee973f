// Makes things before they are asked for.

export interface WarmOptions {
  /** How many are made at a time. Default 4. */
  concurrency?: number
}

export interface Warmed {
  ready: number
  failed: number
}

/**
 * Runs `make` for each key, a few at a time, so that later requests find its result in a cache. What fails is counted, not thrown.
 *
 * @example
 * await warm(frequentQuestions, (question) => cache.getOrSet(question, () => answer(question)))
 */
export async function warm<K>(keys: Iterable<K>, make: (key: K) => unknown, { concurrency = 4 }: WarmOptions = {}): Promise<Warmed> {
  const left = keys[Symbol.iterator]()
  const warmed: Warmed = { ready: 0, failed: 0 }
  const work = async (): Promise<void> => {
    for (let next = left.next(); !next.done; next = left.next()) {
      try {
        await make(next.value)
        warmed.ready++
      } catch {
        warmed.failed++
      }
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, Math.floor(concurrency)) }, work))
  return warmed
}
