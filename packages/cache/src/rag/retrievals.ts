// Retrievals: what a search found, gone as soon as one of the documents changes.
import { createKey, type KeyParts } from '../keys.js'
import type { Cache, LoadOptions } from '../types.js'

export interface RetrievalCacheOptions<D> {
  cache: Cache
  /** The id of the document that a hit belongs to. */
  documentOf: (hit: D) => string
  /** A key without tenant is an error. @default false */
  tenancy?: boolean
}

export interface RetrievalCache<D> {
  /** The stored hits of a query, or what `search` finds. */
  retrieve(query: KeyParts, search: () => PromiseLike<D[]> | D[], options?: LoadOptions<D[]>): Promise<D[]>
}

/**
 * A cache of retrievals. A new document changes what a query finds without any old one changing: invalidate the tag `index` then.
 *
 * @throws RagError `RAG_CACHE_TENANT` from `retrieve` when the tenant is missing where tenancy is declared.
 * @example
 * const retrievals = createRetrievalCache({ cache, documentOf: (hit: Hit) => hit.documentId, tenancy: true })
 * const hits = await retrievals.retrieve({ tenant, question, topK: 8 }, () => search(question, 8))
 */
export function createRetrievalCache<D>({ cache, documentOf, tenancy = false }: RetrievalCacheOptions<D>): RetrievalCache<D> {
  const keyOf = createKey('retrieval', { tenancy })
  return {
    async retrieve(query, search, options = {}) {
      return cache.getOrSet(
        keyOf(query),
        async ({ addTags, addDependencies }) => {
          addTags('index')
          const hits = await search()
          addDependencies(...new Set(hits.map((hit) => documentName(documentOf(hit)))))
          return hits
        },
        options
      )
    }
  }
}

/** The name under which answers and retrievals depend on a document. */
export function documentName(id: string): string {
  return `document:${id}`
}

/**
 * Removes every answer and retrieval that was built from a document, in all caches and processes.
 *
 * @example
 * events.on('document-changed', ({ id }) => documentChanged([answers, retrievals], id))
 */
export async function documentChanged(caches: readonly Cache[], ...ids: string[]): Promise<void> {
  await Promise.all(caches.map((cache) => cache.invalidate({ dependency: ids.map(documentName) })))
}
