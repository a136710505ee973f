// Coalesces concurrent embedding requests into full batches: each text is embedded once, order and errors stay with their items.
import { checkOptions, correlation, type Duration, durationMs, RagError } from '@rag/core'

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
type Item = [text: string, waiter: Waiter]

const OPTIONS = ['embed', 'maxBatch', 'maxBytes', 'wait', 'cache', 'cacheKey'] as const

/** @throws RagError `RAG_LLM_OPTION`, `RAG_CORE_UNKNOWN_OPTION` or `RAG_CORE_DURATION` for wrong options. */
export function createEmbedBatch(options: EmbedBatchOptions): EmbedBatch {
  checkOptions('embedBatch', options, OPTIONS)
  const { embed, maxBatch = 256, maxBytes = 300_000, wait = 5, cache, cacheKey = 'embedding' } = options
  must(typeof embed === 'function', 'embed', embed, 'give a function that embeds texts in order')
  must(maxBatch >= 1, 'maxBatch', maxBatch, 'give 1 or more')
  must(maxBytes >= 1, 'maxBytes', maxBytes, 'give 1 or more')
  const waitMs = durationMs('wait', wait)
  /** Texts that wait for the next batch, by whom they are for: a batch is charged to one caller. */
  const groups = new Map<string, { items: Map<string, Waiter>; timer: NodeJS.Timeout }>()
  /** Texts under way: a second asker joins the first. */
  const flying = new Map<string, Promise<number[]>>()

  const flush = (whom: string): void => {
    const group = groups.get(whom)
    if (!group) return
    clearTimeout(group.timer)
    groups.delete(whom)
    void run([...group.items])
  }

  const run = async (items: Item[]): Promise<void> => {
    for (const batch of batches(await fromCache(items), maxBatch, maxBytes)) void send(batch)
  }

  const fromCache = async (items: Item[]): Promise<Item[]> => {
    if (!cache) return items
    try {
      const found = await cache.getMany(items.map(([text]) => `${cacheKey}:${text}`))
      return items.filter(([, waiter], index) => {
        const vector = found[index]
        if (vector) waiter.resolve(vector)
        return !vector
      })
    } catch {
      return items
    }
  }

  const send = async (batch: Item[]): Promise<void> => {
    try {
      const vectors = await embed(batch.map(([text]) => text))
      if (!Array.isArray(vectors) || vectors.length !== batch.length)
        throw new RagError('RAG_LLM_EMBED', {
          option: 'embed',
          value: Array.isArray(vectors) ? vectors.length : typeof vectors,
          problem: `${batch.length} texts were sent`,
          fix: 'return one vector a text, in order'
        })
      for (const [index, [, waiter]] of batch.entries()) waiter.resolve(vectors[index]!)
      void keep(batch.map(([text], index) => [`${cacheKey}:${text}`, vectors[index]!]))
    } catch (error) {
      // One bad text must not fail its neighbours: a batch that the server refuses is halved until it stands alone.
      const status = (error as { status?: unknown } | null)?.status
      if (batch.length > 1 && (status === 400 || status === 413 || status === 422)) {
        const half = Math.ceil(batch.length / 2)
        await Promise.all([send(batch.slice(0, half)), send(batch.slice(half))])
      } else for (const [, waiter] of batch) waiter.reject(error)
    }
  }

  const keep = async (entries: [string, number[]][]): Promise<void> => {
    try {
      await cache?.setMany(entries)
    } catch {
      // A cache that is away costs a later request, nothing else.
    }
  }

  const embedOne = (text: string): Promise<number[]> => {
    const known = flying.get(text)
    if (known) return known
    const { tenant, user } = correlation().identity ?? {}
    const whom = JSON.stringify([tenant, user])
    const group = groups.get(whom) ?? { items: new Map<string, Waiter>(), timer: setTimeout(flush, waitMs, whom) }
    groups.set(whom, group)
    const result = new Promise<number[]>((resolve, reject) => {
      group.items.set(text, { resolve, reject })
    })
    flying.set(text, result)
    const land = (): void => void flying.delete(text)
    result.then(land, land)
    if (group.items.size >= maxBatch) flush(whom)
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

function batches(items: Item[], maxBatch: number, maxBytes: number): Item[][] {
  const all: Item[][] = []
  let current: Item[] = []
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

function must(holds: boolean, option: string, value: unknown, fix: string): void {
  if (!holds) throw new RagError('RAG_LLM_OPTION', { option, value, problem: 'no batch can be made with it', fix })
}
