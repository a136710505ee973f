// Waits for what happens behind the cache's callers.

/** Waits until something holds, and fails with what it was about. */
export async function until(what: string, holds: () => unknown, ms = 5000): Promise<void> {
  const end = Date.now() + ms
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited ${ms} ms for: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** For tests that are not about time: a busy machine is no slow Redis. */
export const PATIENT = { redisTimeout: { soft: 10_000, hard: 10_000 } } as const
