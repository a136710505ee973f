// Tells the services that keep what was made from documents. What cannot be told now is told until it succeeds.
import { setTimeout as pause } from 'node:timers/promises'
import type { DocumentsChanged } from '@rag-example/wire'

export interface Listeners {
  /** Resolves when each listener was told, or is on the list of those to be told again. */
  tell(change: DocumentsChanged): Promise<void>
  /** Changes not told yet, over all listeners. */
  waiting(): number
}

export interface ListenersOptions {
  readonly urls: readonly string[]
  readonly fetch: typeof globalThis.fetch
  readonly logger: { warn(fields: object, message: string): void }
  /** First pause before telling again, milliseconds; doubled up to half a minute. @default 500 */
  readonly pauseMs?: number
}

const MAX_PAUSE_MS = 30_000
const LIMIT_MS = 5000

export function createListeners({ urls, fetch, logger, pauseMs = 500 }: ListenersOptions): Listeners {
  const queues = new Map(urls.map((url) => [url, [] as DocumentsChanged[]]))
  const send = async (url: string, change: DocumentsChanged): Promise<boolean> => {
    try {
      const reply = await fetch(`${url}/documents/changed`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(change),
        signal: AbortSignal.timeout(LIMIT_MS)
      })
      await reply.body?.cancel()
      return reply.ok
    } catch {
      return false
    }
  }
  const tellAgain = async (url: string, queue: DocumentsChanged[]): Promise<void> => {
    for (let wait = pauseMs; queue.length > 0; wait = Math.min(wait * 2, MAX_PAUSE_MS)) {
      await pause(wait, undefined, { ref: false })
      while (queue[0] && (await send(url, queue[0]))) queue.shift()
    }
  }
  return {
    async tell(change) {
      await Promise.all(
        [...queues].map(async ([url, queue]) => {
          // Changes reach a listener in their order.
          if (queue.length === 0 && (await send(url, change))) return
          queue.push(change)
          logger.warn({ listener: url, waiting: queue.length }, 'a listener could not be told of changed documents')
          if (queue.length === 1) void tellAgain(url, queue)
        })
      )
    },
    waiting: () => [...queues.values()].reduce((sum, { length }) => sum + length, 0)
  }
}
