// Coalesces concurrent embedding requests into full batches: each text is embedded once, order and errors stay with their items.
import { type Duration, durationMs, RagError } from '@rag/core'

/** The part of a cache that is used; `@rag/cache` fits. */
export interface EmbeddingCache {
  getMany(keys: string[]): Promise<(number[] | undefined)[]>
  setMany(entries: [string, number[]][]): Promise<unknown>
}

export interface EmbedBatchOptions {
  /** Embeds texts in order, such as `(input) => openai.embeddings.create({ model, input }).then((r) => r.data.map((d) => d.embedding))`. */
  embed: (texts: string[]) => Promise<number[][]>
  /** Most texts in one request. Default 256. */
  maxBatch?: number
  /** Most UTF-8 bytes in one request, which bound its tokens. Default 300 000. */
  maxBytes?: number
  /** How long a text waits for others. Default 5 ms. */
  wait?: Duration
  cache?: EmbeddingCache
  /** Opens the cache keys; name the model in it. Default `embedding`. */
  cacheKey?: string
}

export interface EmbedBatch {
  /** One vector; rejects alone when its text fails. */
  embed(text: string): Promise<number[]>
  embedMany(texts: readonly string[]): Promise<number[][]>
  /** Embeds texts so that later calls find them in the cache. Resolves to how many are ready. */
  warm(texts: readonly string[]): Promise<number>
}

interface Waiter {
  resolve: (vector: number[]) => void
  reject: (error: unknown) => void
}

/** @throws RagError `RAG_LLM_OPTION` or `RAG_CORE_DURATION` for wrong options. */
export function createEmbedBatch({
  embed,
  maxBatch = 256,
  maxBytes = 300_000,
  wait = 5,
  cache,
  cacheKey = 'embedding'
}: EmbedBatchOptions): EmbedBatch {
  if (!(maxBatch >= 1))
    throw new RagError('RAG_LLM_OPTION', { option: 'maxBatch', value: maxBatch, problem: 'it is below 1', fix: 'give 1 or more' })
  const waitMs = durationMs('wait', wait)
  /** Texts that wait for the next batch, and those under way: a second asker joins the first. */
  const waiting = new Map<string, Waiter[]>()
  const flying = new Map<string, Promise<number[]>>()
  let timer: NodeJS.Timeout | undefined

  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    const texts = [...waiting.entries()]
    waiting.clear()
    run(texts)
  }

  const run = async (items: [string, Waiter[]][]): Promise<void> => {
    const left = await fromCache(items)
    for (const batch of batches(left, maxBatch, maxBytes)) void send(batch)
  }

  const fromCache = async (items: [string, Waiter[]][]): Promise<[string, Waiter[]][]> => {
    if (!cache) return items
    try {
      const found = await cache.getMany(items.map(([text]) => `${cacheKey}:${text}`))
      return items.filter(([, waiters], index) => {
        const vector = found[index]
        if (vector) for (const { resolve } of waiters) resolve(vector)
        return !vector
      })
    } catch {
      return items
    }
  }

  const send = async (batch: [string, Waiter[]][]): Promise<void> => {
    try {
      const vectors = await embed(batch.map(([text]) => text))
      if (vectors.length !== batch.length)
        throw new RagError('RAG_LLM_EMBED', {
          option: 'embed',
          value: vectors.length,
          problem: `${batch.length} texts were sent`,
          fix: 'return one vector a text, in order'
        })
      for (const [index, [, waiters]] of batch.entries()) for (const { resolve } of waiters) resolve(vectors[index]!)
      cache?.setMany(batch.map(([text], index) => [`${cacheKey}:${text}`, vectors[index]!])).catch(() => undefined)
    } catch (error) {
      // One bad text must not fail its neighbours: a batch that the server refuses is halved until it stands alone.
      const status = (error as { status?: unknown } | null)?.status
      if (batch.length > 1 && (status === 400 || status === 413 || status === 422)) {
        const half = Math.ceil(batch.length / 2)
        await Promise.all([send(batch.slice(0, half)), send(batch.slice(half))])
      } else for (const [, waiters] of batch) for (const { reject } of waiters) reject(error)
    }
  }

  const embedOne = (text: string): Promise<number[]> => {
    const known = flying.get(text)
    if (known) return known
    const result = new Promise<number[]>((resolve, reject) => {
      waiting.set(text, [{ resolve, reject }])
    })
    flying.set(text, result)
    const land = (): void => void flying.delete(text)
    result.then(land, land)
    if (waiting.size >= maxBatch) flush()
    else timer ??= setTimeout(flush, waitMs)
    return result
  }

  return {
    embed: embedOne,
    embedMany: (texts) => Promise.all(texts.map(embedOne)),
    async warm(texts) {
      const results = await Promise.allSettled(texts.map(embedOne))
      return results.filter(({ status }) => status === 'fulfilled').length
    }
  }
}

function batches(items: [string, Waiter[]][], maxBatch: number, maxBytes: number): [string, Waiter[]][][] {
  const all: [string, Waiter[]][][] = []
  let current: [string, Waiter[]][] = []
  let bytes = 0
  for (const item of items) {
    const size = Buffer.byteLength(item[0])
    if (current.length > 0 && (current.length >= maxBatch || bytes + size > maxBytes)) {
      all.push(current)
      current = []
      bytes = 0
    }
    current.push(item)
    bytes += size
  }
  if (current.length > 0) all.push(current)
  return all
}
