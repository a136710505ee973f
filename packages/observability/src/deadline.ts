// One total deadline over many asynchronous steps.
import { LONGEST_TIMER_MS } from '@rag/core'

// Node's own: a test that fakes the timers still gets its flush and its shutdown back.
const { setTimeout, clearTimeout } = globalThis

/** Resolves with the promise, or with undefined when the time is over or the promise rejects. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, Math.min(Math.max(0, ms), LONGEST_TIMER_MS), undefined)
  })
  try {
    return await Promise.race([promise, late])
  } catch {
    return undefined
  } finally {
    clearTimeout(timer)
  }
}
