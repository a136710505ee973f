// The database level: results of reading statements, gone when one of their tables or tags changes.
import { checkOptions, type Duration, RagError } from '@rag/core'
import { createCache } from '../cache.js'
import { createKey } from '../keys.js'
import type { Queryable } from '../rag/vectors.js'
import { life } from '../settings.js'
import type { Cache, LoadOptions } from '../types.js'
import { describeStatement } from './statement.js'

export interface CachedQueryOptions {
  /** @default a cache in memory of its own, named `queries` */
  cache?: Cache
  /** Life of a result. @default the ttl of the cache; 1m for a cache of its own */
  ttl?: Duration
  /** Tags of every result, beside its tables. */
  tags?: readonly string[]
  /** Names the database in the key, where one cache serves several. @default '' */
  database?: string
}
export interface QueryOptions extends LoadOptions<CachedResult> {
  /** Tables that the text does not show, such as those behind a view. */
  tables?: readonly string[]
}
export interface CachedResult<R = Record<string, unknown>> {
  rows: R[]
  rowCount: number | null
}
export type CachedQuery = (<R = Record<string, unknown>>(
  text: string,
  values?: readonly unknown[],
  options?: QueryOptions
) => Promise<CachedResult<R>>) & { readonly cache: Cache }

/**
 * Queries a `pg` pool through a cache. SELECTs are kept under the tags of their tables; a statement that writes passes through and then invalidates the
 * tables it names. Statements that lock rows, call `now()`, `random()` and the like, or that cannot be read, are never kept.
 * Give it a pool, not a client inside a transaction.
 *
 * @throws RagError `RAG_CACHE_OPTION` without a pool.
 * @example
 * const query = cachedQuery(pool, { cache, tags: ['library'] })
 * const { rows } = await query('SELECT * FROM documents WHERE id = $1', [id], { ttl: '5m' })
 * await tablesChanged(query.cache, 'documents')   // after a write that did not pass here
 */
export function cachedQuery(pool: Queryable, options: CachedQueryOptions = {}): CachedQuery {
  checkOptions('cachedQuery', options, ['cache', 'tags', 'ttl', 'database'])
  const { tags = [], ttl, database = '' } = options
  if (typeof pool?.query !== 'function') {
    throw new RagError('RAG_CACHE_OPTION', {
      option: 'pool',
      value: typeof pool,
      problem: 'a cached query needs a pool',
      fix: `call cachedQuery(pool, { tags: ['library'] }) with a pool of pg`
    })
  }
  if (ttl !== undefined) life('ttl', ttl)
  const cache = options.cache ?? createCache({ name: 'queries', ttl: ttl ?? '1m' })
  const keyOf = createKey('query')
  const ask = async <R>(text: string, values: readonly unknown[]): Promise<CachedResult<R>> => {
    const { rows, rowCount } = (await pool.query(text, [...values])) as unknown as CachedResult<R>
    return { rows, rowCount: rowCount ?? rows?.length ?? null }
  }
  async function query<R>(text: string, values: readonly unknown[] = [], { tables = [], ...given }: QueryOptions = {}) {
    const { reads, writes, cacheable } = describeStatement(text)
    if (!cacheable) {
      try {
        return await ask<R>(text, values)
      } finally {
        // Also after an error: a write whose answer got lost may have been done.
        if (writes.length > 0) await tablesChanged(cache, ...writes)
      }
    }
    const marks = [...tags, ...(given.tags ?? []), ...[...reads, ...tables].map(tableTag)]
    const lives = { ...(ttl !== undefined && { ttl }), ...given, tags: marks } as LoadOptions<CachedResult<R>>
    return cache.getOrSet(keyOf({ database, text, values }), () => ask<R>(text, values), lives)
  }
  return Object.assign(query, { cache })
}

/** The tag of a table's results; schema and case do not count. */
export function tableTag(table: string): string {
  return `table:${table.replace(/"/g, '').split('.').at(-1)!.toLowerCase()}`
}

/** Says that rows of these tables changed: every result that was read from one of them goes. */
export async function tablesChanged(cache: Cache, ...tables: string[]): Promise<void> {
  await cache.invalidate({ tags: tables.map(tableTag) })
}
