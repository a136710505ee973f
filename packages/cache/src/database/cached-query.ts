// The database level: results of reading statements, gone when one of their tables or tags changes.
import { RagError } from '@rag/core'
import { createKey } from '../keys.js'
import type { Queryable } from '../rag/vectors.js'
import type { Cache, LoadOptions } from '../types.js'
import { describeStatement } from './statement.js'

export interface CachedQueryOptions {
  cache: Cache
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
export type CachedQuery = <R = Record<string, unknown>>(
  text: string,
  values?: readonly unknown[],
  options?: QueryOptions
) => Promise<CachedResult<R>>

/**
 * Queries a `pg` pool through a cache. SELECTs are kept under the tags of their tables; a statement that writes passes through and then invalidates the
 * tables it names. Statements that lock rows, call `now()`, `random()` and the like, or that cannot be read, are never kept.
 * Give it a pool, not a client inside a transaction.
 *
 * @throws RagError `RAG_CACHE_OPTION` without a pool or cache.
 * @example
 * const query = cachedQuery(pool, { cache, tags: ['library'] })
 * const { rows } = await query('SELECT * FROM documents WHERE id = $1', [id], { ttl: '5m' })
 * await tablesChanged(cache, 'documents')   // after a write that did not pass here
 */
export function cachedQuery(pool: Queryable, { cache, tags = [], database = '' }: CachedQueryOptions): CachedQuery {
  if (typeof pool?.query !== 'function' || typeof cache?.getOrSet !== 'function') {
    throw new RagError('RAG_CACHE_OPTION', {
      option: typeof pool?.query === 'function' ? 'cache' : 'pool',
      value: pool === undefined || cache === undefined ? 'missing' : typeof pool,
      problem: 'a cached query needs a pool and a cache',
      fix: 'call cachedQuery(pool, { cache })'
    })
  }
  const keyOf = createKey('query')
  const ask = async <R>(text: string, values: readonly unknown[]): Promise<CachedResult<R>> => {
    const { rows, rowCount } = (await pool.query(text, [...values])) as unknown as CachedResult<R>
    return { rows, rowCount: rowCount ?? rows?.length ?? null }
  }
  return async function query<R>(text: string, values: readonly unknown[] = [], { tables = [], ...options }: QueryOptions = {}) {
    const { reads, writes, cacheable } = describeStatement(text)
    if (!cacheable) {
      const result = await ask<R>(text, values)
      if (writes.length > 0) await tablesChanged(cache, ...writes)
      return result
    }
    const marks = [...tags, ...(options.tags ?? []), ...[...reads, ...tables].map(tableTag)]
    return cache.getOrSet(keyOf({ database, text, values }), () => ask<R>(text, values), { ...options, tags: marks } as LoadOptions<
      CachedResult<R>
    >)
  }
}

/** The tag of a table's results; schema and case do not count. */
export function tableTag(table: string): string {
  return `table:${table.replace(/"/g, '').split('.').at(-1)!.toLowerCase()}`
}

/** Says that rows of these tables changed: every result that was read from one of them goes. */
export async function tablesChanged(cache: Cache, ...tables: string[]): Promise<void> {
  await cache.invalidate({ tags: tables.map(tableTag) })
}
