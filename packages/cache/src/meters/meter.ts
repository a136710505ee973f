// Hit rates of caches that an application runs already: the same object, counted by layer, without a key in any label.
import { checkOptions, type Observers, RagError, registerSource } from '@rag/core'
import type { Layer } from '../types.js'
import { isBentocache, meterBentocache } from './bentocache.js'
import { isCacheable, meterCacheable } from './cacheable.js'
import { isLruCache, meterLruCache } from './lru-cache.js'
import { isRedisClient, meterRedisClient } from './redis-client.js'

export type LookUp = 'hit' | 'miss' | 'stale' | 'negative' | 'error'
/** Takes one look-up in one layer. */
export type Count = (layer: Layer, result: LookUp, number?: number) => void
/** Size of what is metered, where it can be told without asking a server. */
export interface Extent {
  readonly entries?: number
  readonly bytes?: number
}
export interface Metering {
  readonly layers: readonly Layer[]
  extent?(): Extent
  undo(): void
}

export interface MeterCacheOptions {
  /** The label `cache` of the metrics. */
  name: string
  /** Bentocache does not say which layers it has. @default both for bentocache; the others are known */
  layers?: readonly Layer[]
  observers?: Observers
}
export interface CacheMeter {
  /** Per layer: look-ups by result. */
  stats(): Readonly<Record<Layer, Readonly<Record<LookUp, number>>>>
  /** Puts the object back as it was. */
  close(): void
}

/**
 * Counts the look-ups of an `lru-cache`, a bentocache, a cacheable, an ioredis or a node-redis client as `rag_cache_requests_total`.
 * On Redis clients GET, MGET, GETEX, GETDEL, HGET and HMGET are look-ups.
 *
 * @throws RagError `RAG_CACHE_METER` for an object that is none of these, `RAG_CACHE_NAME` for a wrong name.
 * @example
 * const meter = meterCache(lru, { name: 'sessions', observers })
 */
export function meterCache(target: object, options: MeterCacheOptions): CacheMeter {
  checkOptions('meterCache', options, ['name', 'layers', 'observers'])
  const { name, layers: given = ['memory', 'redis'], observers = [] } = options
  if (typeof name !== 'string' || !/^[\w.:-]{1,100}$/.test(name)) {
    throw new RagError('RAG_CACHE_NAME', {
      option: 'name',
      value: name ?? 'missing',
      problem: 'the meter needs a name for the cache',
      fix: `pass a short plain name, such as meterCache(lru, { name: 'sessions' })`
    })
  }
  const counts = { memory: noLookUps(), redis: noLookUps() }
  const count: Count = (layer, result, number = 1) => {
    counts[layer][result] += number
  }
  const { layers, extent, undo } = start(target, given, count)
  const unregister = registerSource(observers, {
    read(emit) {
      for (const layer of layers) {
        for (const [result, number] of Object.entries(counts[layer]))
          emit('rag_cache_requests_total', number, { cache: name, layer, result })
      }
      const { entries, bytes } = extent?.() ?? {}
      if (entries !== undefined) emit('rag_cache_entries', entries, { cache: name })
      if (bytes !== undefined) emit('rag_cache_bytes', bytes, { cache: name })
    }
  })
  return {
    stats: () => ({ memory: { ...counts.memory }, redis: { ...counts.redis } }),
    close() {
      unregister()
      undo()
    }
  }
}

function start(target: object, layers: readonly Layer[], count: Count): Metering {
  if (isBentocache(target)) return meterBentocache(target, layers, count)
  if (isCacheable(target)) return meterCacheable(target, count)
  if (isLruCache(target)) return meterLruCache(target, count)
  if (isRedisClient(target)) return meterRedisClient(target, count)
  throw new RagError('RAG_CACHE_METER', {
    value: (target as { constructor?: { name?: string } } | null)?.constructor?.name ?? typeof target,
    problem: 'this is no cache that can be metered',
    fix: 'pass an lru-cache, a bentocache, a cacheable, an ioredis or a node-redis client'
  })
}

const noLookUps = (): Record<LookUp, number> => ({ hit: 0, miss: 0, stale: 0, negative: 0, error: 0 })
