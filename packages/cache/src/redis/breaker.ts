// The circuit breaker: after some failures in a row Redis is left alone, and a probe in the background says when it is back.

export interface Breaker {
  /** Whether a call may be made. */
  closed(): boolean
  /** 0 closed, 1 half open, 2 open. */
  readonly state: 0 | 1 | 2
  /** Closed, and the last call did not fail. */
  readonly steady: boolean
  success(): void
  failure(): void
  /** Opens at once. */
  trip(): void
  stop(): void
}

export interface BreakerSettings {
  failures: number
  retryMs: number
  /** True: Redis answers again and all that waited for it is done. No caller waits for this. */
  probe(): Promise<boolean>
}

export function createBreaker({ failures, retryMs, probe }: BreakerSettings): Breaker {
  let state: 0 | 1 | 2 = 0
  let inRow = 0
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  const open = () => {
    state = 2
    if (stopped) return
    timer ??= setTimeout(tryAgain, retryMs).unref()
  }
  const tryAgain = async () => {
    timer = undefined
    state = 1
    let back = false
    try {
      back = await probe()
    } catch {
      // A probe that throws is a probe that failed.
    }
    if (!back) return open()
    state = 0
    inRow = 0
  }
  return {
    closed: () => state === 0,
    get state() {
      return state
    },
    get steady() {
      return state === 0 && inRow === 0
    },
    success() {
      inRow = 0
    },
    failure() {
      inRow++
      if (state === 0 && inRow >= failures) open()
    },
    trip() {
      if (state === 0) open()
    },
    stop() {
      stopped = true
      clearTimeout(timer)
    }
  }
}
