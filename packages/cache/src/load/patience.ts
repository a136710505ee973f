// How who waits for the load of another process waits.
import type { Settings } from '../settings.js'

/** Who waits for another process longer than a loader may take, or this, loads itself: the lock fails open. */
const LONGEST_WAIT_MS = 10_000
const FIRST_POLL_MS = 8
const LONGEST_POLL_MS = 60

export interface Patience {
  /** Since when, on the monotonic clock. */
  readonly since: number
  readonly tired: boolean
  /** Until the next look; each pause is longer than the one before, up to a limit. */
  pause(): Promise<void>
}

export function createPatience({ loadTimeout }: Settings): Patience {
  const since = performance.now()
  let ms = FIRST_POLL_MS
  return {
    since,
    get tired() {
      return performance.now() - since > (loadTimeout.hardMs ?? LONGEST_WAIT_MS)
    },
    pause() {
      const now = ms * (0.75 + Math.random() / 2)
      ms = Math.min(LONGEST_POLL_MS, ms * 1.5)
      return new Promise((resolve) => {
        setTimeout(resolve, now)
      })
    }
  }
}
