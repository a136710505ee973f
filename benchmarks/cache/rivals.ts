// The peers behind one small face, each set up as its documentation shows.
import { prometheusPlugin } from '@bentocache/plugin-prometheus'
import KeyvRedis from '@keyv/redis'
import { type CacheOptions, createCache } from '@rag/cache'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { redisDriver } from 'bentocache/drivers/redis'
import { createCache as createManager } from 'cache-manager'
import { Cacheable } from 'cacheable'
import { Redis } from 'ioredis'
import { Keyv } from 'keyv'
import { Loader } from 'layered-loader'
import { Registry } from 'prom-client'

export interface Rival {
  readonly name: string
  getOrSet(key: string, load: () => Promise<unknown>): Promise<unknown>
  setMany?(entries: [string, unknown][]): Promise<unknown>
  getMany?(keys: string[]): Promise<unknown[]>
  close(): Promise<unknown>
}
export const MINUTE = 60_000

/** Ours; with `metrics` an observer that takes the figures is attached. */
export function ours(name: string, options: Partial<CacheOptions> = {}): Rival & { cache: ReturnType<typeof createCache> } {
  const cache = createCache({ name: 'bench', ttl: MINUTE, ...options })
  return {
    name,
    cache,
    getOrSet: (key, load) => cache.getOrSet(key, load),
    setMany: (entries) => cache.setMany(entries),
    getMany: (keys) => cache.getMany(keys),
    close: () => cache.close()
  }
}

export function bento(
  name: string,
  { port, metrics = false, ttl = MINUTE }: { port?: number; metrics?: boolean; ttl?: number } = {}
): Rival {
  const base = bentostore().useL1Layer(memoryDriver({ maxItems: 10_000 }))
  const connection = port === undefined ? undefined : new Redis(port)
  connection?.on('error', () => {})
  const store = connection ? base.useL2Layer(redisDriver({ connection })) : base
  const plugins = metrics ? [prometheusPlugin({ registry: new Registry(), keyGroups: [[/^./, 'all']] })] : []
  const cache = new BentoCache({ default: 'bench', ttl, stores: { bench: store }, plugins })
  return {
    name,
    getOrSet: (key, load) => cache.getOrSet({ key, factory: load }),
    setMany: (entries) => Promise.all(entries.map(([key, value]) => cache.set({ key, value }))),
    getMany: (keys) => Promise.all(keys.map((key) => cache.get({ key }))),
    close: async () => {
      connection?.disconnect()
    }
  }
}

export function cacheable(port?: number, ttl = MINUTE): Rival {
  const secondary = port === undefined ? undefined : new Keyv({ store: new KeyvRedis(`redis://127.0.0.1:${port}`) })
  const cache = new Cacheable({ ttl, ...(secondary && { secondary }) })
  cache.on('error', () => {})
  secondary?.on('error', () => {})
  return {
    name: 'cacheable',
    getOrSet: (key, load) => cache.getOrSet(key, load, { ttl }),
    setMany: (entries) => cache.setMany(entries.map(([key, value]) => ({ key, value }))),
    getMany: (keys) => cache.getMany(keys),
    close: () => cache.disconnect()
  }
}

export function manager(port?: number, ttl = MINUTE): Rival {
  const stores = [new Keyv(), ...(port === undefined ? [] : [new Keyv({ store: new KeyvRedis(`redis://127.0.0.1:${port}`) })])]
  for (const store of stores) store.on('error', () => {})
  const cache = createManager({ stores, ttl })
  return {
    name: 'cache-manager',
    getOrSet: (key, load) => cache.wrap(key, load),
    setMany: (entries) => cache.mset(entries.map(([key, value]) => ({ key, value }))),
    getMany: (keys) => cache.mget(keys),
    close: () => cache.disconnect()
  }
}

export function layered(port?: number, ttl = MINUTE): Rival {
  const loads = new Map<string, () => Promise<unknown>>()
  const redis = port === undefined ? undefined : new Redis(port)
  redis?.on('error', () => {})
  const loader = new Loader<unknown>({
    inMemoryCache: { cacheType: 'lru-map', ttlInMsecs: ttl, maxItems: 10_000 },
    dataSourceGetOneFn: (key: string) => loads.get(key)!() as never,
    ...(redis && { asyncCache: new (redisCacheOf())(redis, { json: true, ttlInMsecs: ttl }) as never })
  })
  return {
    name: 'layered-loader',
    getOrSet(key, load) {
      loads.set(key, load)
      return loader.get(key) as Promise<unknown>
    },
    close: async () => redis?.disconnect()
  }
}

import * as layeredLoader from 'layered-loader'

function redisCacheOf() {
  return layeredLoader.RedisCache as new (
    redis: Redis,
    settings: object
  ) => unknown
}
