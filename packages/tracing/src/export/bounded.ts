// Work of somebody else's object, with an end: it may hang or reject.
import { LONGEST_TIMER_MS } from '@rag/core'

/** When something that may take so long is over, on the clock of `performance.now()`. An event that calls it hands over something else: then the usual time counts. */
export function deadlineAfter(ms: unknown, usualMs: number): number {
  const given = typeof ms === 'number' && !Number.isNaN(ms) ? ms : usualMs
  return performance.now() + Math.min(Math.max(given, 0), LONGEST_TIMER_MS)
}

/** Waits for the work or the deadline (of `performance.now()`). Never rejects. */
export async function bounded(work: () => Promise<void> | undefined, deadline: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  try {
    await Promise.race([
      work(),
      new Promise<void>((resolve) => {
        timer = setTimeout(resolve, Math.max(0, deadline - performance.now()))
      })
    ])
  } catch {
    // Whoever cannot close has nothing left to say.
  } finally {
    clearTimeout(timer)
  }
}
