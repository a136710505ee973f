// How many requests a user may make in a minute: counted in Redis for all instances, in memory while Redis is away.

export interface CounterLike {
  incr(key: string): Promise<number>
  pexpire(key: string, ms: number): Promise<unknown>
}

/** Seconds to wait, or undefined when there is room. */
export type Limit = (user: string) => Promise<number | undefined>

const WINDOW_MS = 60_000

export function createLimit(perMinute: number, redis?: CounterLike, now: () => number = Date.now): Limit {
  let window = 0
  let counts = new Map<string, number>()
  const inMemory = (user: string, start: number): number => {
    if (start !== window) {
      window = start
      counts = new Map()
    }
    const count = (counts.get(user) ?? 0) + 1
    counts.set(user, count)
    return count
  }
  const inRedis = async (user: string, start: number): Promise<number | undefined> => {
    try {
      const key = `rag-demo:limit:${encodeURIComponent(user)}:${start}`
      const count = await redis?.incr(key)
      if (count === 1) await redis?.pexpire(key, 2 * WINDOW_MS)
      return count
    } catch {
      return undefined
    }
  }
  return async (user) => {
    const time = now()
    const start = Math.floor(time / WINDOW_MS)
    // Both are counted, so that memory knows where things stand when Redis goes.
    const local = inMemory(user, start)
    const count = (await inRedis(user, start)) ?? local
    return count > perMinute ? Math.max(1, Math.ceil(((start + 1) * WINDOW_MS - time) / 1000)) : undefined
  }
}
