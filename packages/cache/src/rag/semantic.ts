// The semantic cache: an answer to a question that means the same, of the same tenant and model, if a second gate agrees.
import { checkOptions, type Observers, RagError, registerSource } from '@rag/core'
import { createKey, hashOf } from '../keys.js'
import { observersOf } from '../observed.js'
import type { Cache, EntryOptions } from '../types.js'
import { meaningOf, sameMeaning } from './meaning.js'
import { createMemoryVectors, type VectorStore } from './vectors.js'

export interface Question {
  tenant: string
  model: string
  text: string
  /** Parameters and prompt version that the answer depends on. */
  version?: string
}
export interface SemanticHit<T> {
  value: T
  /** The stored question. */
  question: string
  score: number
}

export interface SemanticCacheOptions<T> {
  cache: Cache
  embed: (text: string) => PromiseLike<ArrayLike<number>> | ArrayLike<number>
  /** Least cosine similarity; depends on the embedding model. @default 0.9 */
  threshold?: number
  vectors?: VectorStore
  /** The second gate beside the built-in one, such as a reranker: false refuses. */
  gate?: (asked: string, stored: string) => PromiseLike<boolean> | boolean
  /** Never answers; compares what it would have answered with what the loader gives. @default false */
  shadow?: boolean
  /** Whether two answers say the same, for the shadow mode. @default equal canonical JSON */
  sameAnswer?: (wouldHave: T, real: T) => PromiseLike<boolean> | boolean
  /** @default those of the cache */
  observers?: Observers
}

export interface SemanticCache<T> {
  get(question: Question): Promise<SemanticHit<T> | undefined>
  set(question: Question, value: T, options?: EntryOptions): Promise<void>
  getOrSet(question: Question, loader: () => PromiseLike<T> | T, options?: EntryOptions): Promise<T>
  stats(): Readonly<Record<'hit' | 'miss' | 'refused' | 'shadow_right' | 'shadow_false', number>>
}

/** Neighbours looked at: behind a refused one may be a right one. */
const CANDIDATES = 4

/**
 * Tenant and model are a hard partition, checked before similarity; the tenant is never part of the embedded text.
 *
 * @throws RagError `RAG_CACHE_OPTION` for a wrong threshold, `RAG_CACHE_TENANT` when a question has no tenant.
 * @example
 * const semantic = createSemanticCache({ cache, embed, threshold: 0.92 })
 * const answer = await semantic.getOrSet({ tenant, model, text: question }, () => ask(question), { dependsOn: ['document:42'] })
 */
export function createSemanticCache<T>(options: SemanticCacheOptions<T>): SemanticCache<T> {
  checkOptions('createSemanticCache', options, ['cache', 'embed', 'threshold', 'vectors', 'gate', 'shadow', 'sameAnswer', 'observers'])
  const { cache, embed, threshold = 0.9, vectors = createMemoryVectors(), gate, shadow = false } = options
  const { observers = observersOf(cache) } = options
  const { sameAnswer = (first: T, second: T) => hashOf(first) === hashOf(second) } = options
  if (typeof threshold !== 'number' || !(threshold > 0 && threshold <= 1)) {
    throw new RagError('RAG_CACHE_OPTION', {
      option: 'threshold',
      value: threshold,
      problem: 'this is no cosine similarity',
      fix: 'give a number above 0 and up to 1, such as 0.9'
    })
  }
  if (typeof embed !== 'function') {
    throw new RagError('RAG_CACHE_OPTION', {
      option: 'embed',
      value: typeof embed,
      problem: 'this is no function',
      fix: 'give a function from a text to its vector'
    })
  }
  const counts = { hit: 0, miss: 0, refused: 0, shadow_right: 0, shadow_false: 0 }
  registerSource(observers, {
    read(emit) {
      for (const [result, count] of Object.entries(counts)) emit('rag_cache_semantic_total', count, { cache: cache.name, result })
    }
  })
  const keyOf = createKey('semantic', { tenancy: true })
  const entryKey = ({ tenant, model, version, text }: Question) => keyOf({ tenant, model, version, text: text.trim() })
  const partitionOf = ({ tenant, model, version }: Question) => hashOf({ tenant, model, version })
  const vectorOf = async (text: string) => {
    const vector = await embed(text)
    return vector instanceof Float32Array ? vector : Float32Array.from(vector)
  }

  const find = async (question: Question, vector: Float32Array): Promise<SemanticHit<T> | undefined> => {
    const partition = partitionOf(question)
    const asked = meaningOf(question.text)
    let refused = false
    for (const { key, text, score } of await vectors.nearest(partition, vector, CANDIDATES)) {
      if (score < threshold) break
      if (text.trim() !== question.text.trim() && (!sameMeaning(asked, meaningOf(text)) || (gate && !(await gate(question.text, text))))) {
        refused = true
        continue
      }
      const entry = await cache.getEntry<T>(key)
      // The answer has ended or was invalidated: its question has nothing to say any more.
      if (!entry) await vectors.remove(partition, key)
      else if (!entry.stale) return { value: entry.value, question: text, score }
    }
    if (refused) counts.refused++
    return undefined
  }
  const store = async (question: Question, vector: Float32Array, value: T, given: EntryOptions) => {
    const key = entryKey(question)
    await cache.set(key, value, given)
    await vectors.add(partitionOf(question), key, question.text, vector)
  }
  /** An embedding or a vector store that fails costs the hit, not the answer. */
  const attempt = async <R>(work: () => Promise<R>): Promise<R | undefined> => {
    try {
      return await work()
    } catch {
      return undefined
    }
  }

  return {
    async get(question) {
      entryKey(question)
      const hit = await find(question, await vectorOf(question.text))
      counts[hit ? 'hit' : 'miss']++
      return shadow ? undefined : hit
    },
    async set(question, value, given = {}) {
      await store(question, await vectorOf(question.text), value, given)
    },
    async getOrSet(question, loader, given = {}) {
      const key = entryKey(question)
      const vector = await attempt(() => vectorOf(question.text))
      const hit = vector && (await attempt(() => find(question, vector)))
      counts[hit ? 'hit' : 'miss']++
      if (hit && !shadow) return hit.value
      if (hit) {
        const value = await loader()
        counts[(await attempt(async () => sameAnswer(hit.value, value))) ? 'shadow_right' : 'shadow_false']++
        return value
      }
      const value = await cache.getOrSet<T>(key, loader, given)
      if (vector) await attempt(() => vectors.add(partitionOf(question), key, question.text, vector))
      return value
    },
    stats: () => ({ ...counts })
  }
}
