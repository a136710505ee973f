export { createCache } from './cache.js'
export {
  type CachedQuery,
  type CachedQueryOptions,
  type CachedResult,
  cachedQuery,
  type QueryOptions,
  tablesChanged,
  tableTag
} from './database/cached-query.js'
export { cacheErrors } from './errors.js'
export type { BusDriver } from './invalidation/bus-driver.js'
export { type PgPool, postgresBus } from './invalidation/postgres-bus.js'
export { canonicalJson, createKey, hashOf, type KeyParts } from './keys.js'
export { createCostStore } from './memory/cost.js'
export { createLruStore } from './memory/lru.js'
export type { EvictionReason, MemoryEntry, MemoryStore, MemoryStoreFactory, MemoryStoreOptions } from './memory/store.js'
export { type CacheMeter, type LookUp, type MeterCacheOptions, meterCache } from './meters/meter.js'
export { createEmbeddingCache, type EmbeddingCache, type EmbeddingCacheOptions } from './rag/embeddings.js'
export { createResponseCache, type ResponseCache, type ResponseCacheOptions, type ResponseOptions } from './rag/responses.js'
export { createRetrievalCache, documentChanged, documentName, type RetrievalCache, type RetrievalCacheOptions } from './rag/retrievals.js'
export { createSavings, type Savings, type Spending, tokensOf } from './rag/savings.js'
export { createSemanticCache, type Question, type SemanticCache, type SemanticCacheOptions, type SemanticHit } from './rag/semantic.js'
export { createMemoryVectors, createPgVectors, type Neighbour, type Queryable, type VectorStore } from './rag/vectors.js'
export { type Argument, type Command, driverOf, type RedisDriver } from './redis/driver.js'
export type { CacheStats, LayerStats } from './stats.js'
export type {
  BatchLoader,
  BreakerOptions,
  Cache,
  CacheEntry,
  CacheMark,
  CacheOptions,
  EncryptionOptions,
  EntryOptions,
  InvalidateOptions,
  Layer,
  LoadContext,
  Loader,
  LoadOptions,
  MemoryOptions,
  StaleOptions,
  TimeoutOptions,
  WrapOptions
} from './types.js'
