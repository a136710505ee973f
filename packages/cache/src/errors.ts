// Every error code of the cache.

/** The codes of `@rag/cache`. */
export const cacheErrors = {
  RAG_CACHE_NAME: 'The cache has no name, or a name that is no plain text.',
  RAG_CACHE_LAYERS: 'The cache has neither a memory layer nor a Redis client.',
  RAG_CACHE_REDIS: 'The option `redis` is no ioredis or node-redis client.',
  RAG_CACHE_OPTION: 'An option of the cache is outside its range.',
  RAG_CACHE_BUS: 'The option `bus` needs a Redis client or a bus driver.',
  RAG_CACHE_ENCRYPTION: 'The encryption keys are not usable.',
  RAG_CACHE_KEY: 'A key is no text, or is empty.',
  RAG_CACHE_TENANT: 'A key is built without the tenant although tenancy is declared.',
  RAG_CACHE_LOAD_TIMEOUT: 'A loader did not answer within its hard time-out and nothing stale is at hand.',
  RAG_CACHE_BATCH: 'A batch loader gave another number of values than it was asked for.',
  RAG_CACHE_INVALIDATE: 'invalidate() was called without anything to invalidate.',
  RAG_CACHE_METER: 'meterCache() was given something that is no cache it knows.'
} as const
