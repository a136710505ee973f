// Waits for what is still on its way: log lines and spans leave a moment after the reply.
import { setTimeout as pause } from 'node:timers/promises'

/** Takes readings until they are good, or until the time is up; gives the last ones. */
export async function settled<T>(take: () => Promise<T>, good: (taken: T) => boolean, limitMs = 10_000): Promise<T> {
  const start = performance.now()
  for (;;) {
    const taken = await take()
    if (good(taken) || performance.now() - start > limitMs) return taken
    await pause(250)
  }
}
