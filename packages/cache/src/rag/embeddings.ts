// Embeddings: read and written in batches, equal texts embedded once, model and dimensions in the key.
import { createKey } from '../keys.js'
import type { Cache, LoadOptions } from '../types.js'
import type { Savings } from './savings.js'

export interface EmbeddingCacheOptions {
  cache: Cache
  model: string
  dimensions?: number
  /** Changes when the texts are prepared in another way. */
  version?: string
  savings?: Savings
  /** Estimates the tokens of a text, for the savings. @default a quarter of its length */
  tokens?: (text: string) => number
  /** USD for a million tokens. @default 0 */
  usdPerMillionTokens?: number
}

export interface EmbeddingCache {
  /** The vectors of the texts in their order; `embed` is called once with the texts that are missing. */
  embed(
    texts: readonly string[],
    embed: (missing: readonly string[]) => PromiseLike<readonly ArrayLike<number>[]> | readonly ArrayLike<number>[],
    options?: LoadOptions<Float32Array>
  ): Promise<Float32Array[]>
}

/**
 * A cache of embeddings over a cache of yours. Vectors are kept as float32, 4 bytes a dimension.
 *
 * @example
 * const embeddings = createEmbeddingCache({ cache, model: 'text-embedding-3-small', dimensions: 1536 })
 * const vectors = await embeddings.embed(chunks, async (missing) => (await openai.embeddings.create({ model, input: missing })).data.map((d) => d.embedding))
 */
export function createEmbeddingCache({
  cache,
  model,
  dimensions,
  version,
  savings,
  tokens = (text) => Math.ceil(text.length / 4),
  usdPerMillionTokens = 0
}: EmbeddingCacheOptions): EmbeddingCache {
  const keyOf = createKey('embedding')
  return {
    async embed(texts, embed, options) {
      const keys = texts.map((text) => keyOf({ model, dimensions, version, text }))
      const textOf = new Map(keys.map((key, index) => [key, texts[index]!]))
      const loaded = new Set<string>()
      const load = async (missing: readonly string[]) => {
        for (const key of missing) loaded.add(key)
        const vectors = await embed(missing.map((key) => textOf.get(key)!))
        return vectors.map((vector) => (vector instanceof Float32Array ? vector : Float32Array.from(vector)))
      }
      const vectors = await cache.getOrSetMany<Float32Array>(keys, load, options)
      for (const [key, text] of textOf) {
        if (loaded.has(key)) continue
        const saved = tokens(text)
        savings?.add(model, { tokens: saved, usd: (saved * usdPerMillionTokens) / 1e6 })
      }
      return vectors
    }
  }
}
