// The locks that this process holds while its loaders run: renewed together, so that a load costs no timer of its own.

/** A holder that dies frees its lock after this; a living one renews it. */
export const LOCK_MS = 600
const RENEW_MS = 200

export interface Locks {
  hold(token: string, key: string): void
  drop(token: string): void
  stop(): void
}

export function createLocks(renew: (key: string, token: string, lifeMs: number) => unknown): Locks {
  /** Since when each is held; a new one has its whole life before it. */
  const held = new Map<string, { key: string; since: number }>()
  let timer: NodeJS.Timeout | undefined
  const stop = () => {
    clearInterval(timer)
    timer = undefined
  }
  const renewAll = () => {
    if (held.size === 0) return stop()
    const due = performance.now() - RENEW_MS
    for (const [token, { key, since }] of held) if (since <= due) renew(key, token, LOCK_MS)
  }
  return {
    hold(token, key) {
      held.set(token, { key, since: performance.now() })
      timer ??= setInterval(renewAll, RENEW_MS).unref()
    },
    drop(token) {
      held.delete(token)
    },
    stop
  }
}
