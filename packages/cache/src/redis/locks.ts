// The locks that this process holds or has asked for: renewed together, so that a load costs no timer of its own.
import { randomBytes } from 'node:crypto'

/** A holder that dies frees its lock after this; a living one renews it. */
export const LOCK_MS = 600
const RENEW_MS = 200

export interface Locks {
  /** A token for the locks of these keys, before they are asked for. */
  take(keys: readonly string[]): string
  /** The keys of which the lock was got. */
  keep(token: string, keys: readonly string[]): void
  /** Called when the locks are given back in Redis, or were not got. */
  drop(token: string): void
  /** Whether nobody loads under this lock: it is one of this process that Redis kept although nobody waited for it any more. */
  lost(token: string): boolean
  stop(): void
}

export function createLocks(renew: (keys: readonly string[], token: string, lifeMs: number) => unknown): Locks {
  const prefix = randomBytes(6).toString('base64url')
  /** Since when each is held; a new one has its whole life before it. */
  const held = new Map<string, { keys: readonly string[]; since: number }>()
  let tokens = 0
  let timer: NodeJS.Timeout | undefined
  const stop = () => {
    clearInterval(timer)
    timer = undefined
  }
  const renewAll = () => {
    if (held.size === 0) return stop()
    const due = performance.now() - RENEW_MS
    for (const [token, { keys, since }] of held) if (since <= due) renew(keys, token, LOCK_MS)
  }
  return {
    take(keys) {
      const token = `${prefix}${(tokens++).toString(36)}`
      held.set(token, { keys, since: performance.now() })
      timer ??= setInterval(renewAll, RENEW_MS).unref()
      return token
    },
    keep(token, keys) {
      const lock = held.get(token)
      if (lock) held.set(token, { keys, since: lock.since })
    },
    drop(token) {
      held.delete(token)
    },
    lost: (token) => token.startsWith(prefix) && !held.has(token),
    stop
  }
}
