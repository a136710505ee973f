// Tells the services that keep what was made from documents, each in its own time.
import type { Notice } from '@rag-example/store'
import type { DocumentsChanged } from '@rag-example/wire'
import { createLine } from './line.js'

export interface Listeners {
  /** Resolves when each listener was told, or is on the list of those to be told again. What is on the list is not put there twice. Never rejects. */
  tell(notices: readonly Notice[]): Promise<void>
  /** Changes not told yet, over all listeners. */
  waiting(): number
}

export interface ListenersOptions {
  readonly urls: readonly string[]
  readonly fetch: typeof globalThis.fetch
  readonly logger: { warn(fields: object, message: string): void }
  /** Every listener was told of these. */
  told(ids: readonly string[]): void
  /** First pause before telling again, milliseconds; doubled up to half a minute. @default 500 */
  readonly pauseMs?: number
}

const LIMIT_MS = 5000

export function createListeners({ urls, fetch, logger, told, pauseMs = 500 }: ListenersOptions): Listeners {
  /** How many listeners a notice still has to reach. */
  const left = new Map<string, number>()
  const reached = (notices: readonly Notice[]) => {
    for (const { id } of notices) left.set(id, left.get(id)! - 1)
    const ended = notices.map(({ id }) => id).filter((id) => left.get(id) === 0)
    for (const id of ended) left.delete(id)
    if (ended.length > 0) told(ended)
  }
  const lines = urls.map((url) => ({ url, line: createLine({ send: (change) => send(url, change), reached, pauseMs }) }))

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
  return {
    async tell(notices) {
      const fresh = notices.filter(({ id }) => !left.has(id))
      if (fresh.length === 0) return
      if (urls.length === 0) return told(fresh.map(({ id }) => id))
      for (const { id } of fresh) left.set(id, urls.length)
      await Promise.all(
        lines.map(async ({ url, line }) => {
          if (!(await line.add(fresh)))
            logger.warn({ listener: url, waiting: line.waiting() }, 'a listener could not be told of changed documents')
        })
      )
    },
    waiting: () => lines.reduce((sum, { line }) => sum + line.waiting(), 0)
  }
}
