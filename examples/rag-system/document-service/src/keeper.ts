// Keeps the index whole: fills it at the start, and again when the database was away or came back without it.
import { setTimeout as pause } from 'node:timers/promises'

export interface Keeper {
  /** Fills the index. Resolves also when the database is away; then it goes on by itself. */
  start(): Promise<void>
  /** Something failed: the index is looked at until it is known to be whole. */
  check(): void
}

export interface KeeperOptions {
  /** Puts what is missing into the index. */
  fill(): Promise<void>
  readonly logger: Record<'info' | 'warn', (fields: object, message: string) => void>
  /** First pause before it is tried again, milliseconds; doubled up to two seconds. @default 100 */
  readonly pauseMs?: number
}

const MAX_PAUSE_MS = 2000

export function createKeeper({ fill, logger, pauseMs = 100 }: KeeperOptions): Keeper {
  /** Checks asked for: one that comes in the middle of a filling may be about what that filling has passed. */
  let asked = 0
  let working = false

  const work = async (): Promise<void> => {
    let wait = pauseMs
    for (let done = -1; done !== asked; ) {
      const now = asked
      try {
        await fill()
        done = now
      } catch (error) {
        if (wait === pauseMs) logger.warn({ error }, 'the index cannot be filled now; it is tried until it can')
        await pause(wait, undefined, { ref: false })
        wait = Math.min(wait * 2, MAX_PAUSE_MS)
      }
    }
    working = false
    if (wait > pauseMs) logger.info({}, 'the index is whole again')
  }
  const check = (): void => {
    asked++
    if (working) return
    working = true
    void work()
  }
  return {
    check,
    start: () =>
      fill().catch((error: unknown) => {
        logger.warn({ error }, 'the index cannot be filled now')
        check()
      })
  }
}
