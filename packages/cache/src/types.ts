// What users of the cache see.
import type { Duration, Observer } from '@rag/core'
import type { BusDriver } from './invalidation/bus-driver.js'
import type { MemoryStoreFactory } from './memory/store.js'
import type { RedisDriver } from './redis/driver.js'
import type { CacheStats } from './stats.js'

/** Where a value came from. */
export type Layer = 'memory' | 'redis'

/** What {@link createCache} takes. Durations are milliseconds or a text such as `10m`. */
export interface CacheOptions {
  /** Names the cache in metrics and in Redis keys; two processes with the same name and Redis share it. */
  name: string
  /** How long a value is fresh, in both layers. */
  ttl: Duration
  /** Bounds of the memory layer, or false for none. @default { maxEntries: 10000, maxBytes: 134217728 } */
  memory?: MemoryOptions | false
  /** Your own ioredis or node-redis client, single or cluster, or a driver of your own. */
  redis?: object | RedisDriver
  /** Tells the other processes of invalidations: true uses pub/sub of `redis`. @default false */
  bus?: boolean | BusDriver
  /** How long a value may be served after its time: one duration for both uses. @default 0 */
  stale?: Duration | StaleOptions
  /** Life of null and undefined; false does not keep them. @default ttl */
  negativeTtl?: Duration | false
  /** Share of the life that is taken off at random, so that entries do not end together. @default 0.1 */
  jitter?: number
  /** Share of the life after which a hit starts a refresh in the background, such as 0.8. @default never */
  refreshAhead?: number
  /** Limits of a loader: soft when something stale is at hand, hard always. @default none */
  loadTimeout?: TimeoutOptions
  /** Limits of one Redis call. @default { soft: 50, hard: 100 } */
  redisTimeout?: TimeoutOptions
  /** When Redis is left alone, and how often it is tried again. @default { failures: 3, retry: 250 } */
  breaker?: BreakerOptions
  /** One load across processes, by a lock in Redis that fails open. @default true */
  lock?: boolean
  /** Values above this size in bytes are compressed in Redis. @default never */
  compressAbove?: number
  /** Encrypts values in Redis with AES-256-GCM. */
  encryption?: EncryptionOptions
  /** Who records; without it operations go to the observers of the context. */
  observers?: readonly Observer[]
}

export interface MemoryOptions {
  /** @default 10000 */
  maxEntries?: number
  /** Estimated bytes of all values. @default 134217728 */
  maxBytes?: number
  /** Caps the life in this layer; the remaining life in Redis is kept otherwise. @default ttl */
  ttl?: Duration
  /** Another store than the built-in ones. @default LRU, cost-aware once an entry carries a cost */
  store?: MemoryStoreFactory
}

export interface StaleOptions {
  /** Served at once while a load runs in the background. @default 0 */
  whileRevalidate?: Duration
  /** Served when the loader or Redis fails. @default 0 */
  ifError?: Duration
  /** Pause between two tries while something stale is served. @default 1000 */
  retry?: Duration
}

export interface TimeoutOptions {
  soft?: Duration
  hard?: Duration
}

export interface BreakerOptions {
  /** Failures in a row that open it. */
  failures?: number
  /** Pause between two probes while it is open. */
  retry?: Duration
}

export interface EncryptionOptions {
  /** Keys of 32 bytes by id; Buffer or base64. Old ones stay for reading. */
  keys: Readonly<Record<string, Uint8Array | string>>
  /** Id of the key that encrypts. @default the last one */
  active?: string
}

/** How one entry is kept. */
export interface EntryOptions {
  ttl?: Duration
  tags?: readonly string[]
  /** What it costs to make the value again, in USD or milliseconds, one unit a cache: dear entries stay longer. */
  cost?: number
  /** Keys of this cache, or names of things outside, whose change ends the entry. */
  dependsOn?: readonly string[]
}

export interface LoadOptions<T = unknown> extends Omit<EntryOptions, 'ttl'> {
  /** A duration, or what makes one of the loaded value, as `setTtl` takes it. */
  ttl?: Duration | ((value: T) => Duration)
  negativeTtl?: Duration | false
  timeout?: TimeoutOptions
  /** Loads whatever is stored. @default false */
  fresh?: boolean
  /** @default as the cache */
  lock?: boolean
}

/** What a loader gets. */
export interface LoadContext {
  readonly key: string
  /** Aborted at the hard time-out. */
  readonly signal: AbortSignal
  /** What has ended already, such as a life of 0 or less, is given to the callers and not kept; 30 days are the most. */
  setTtl(ttl: Duration): void
  addTags(...tags: string[]): void
  addDependencies(...names: string[]): void
  setCost(cost: number): void
  /** Gives the value to the callers without keeping it. */
  skip(): void
}
export type Loader<T> = (context: LoadContext) => T | PromiseLike<T>
export type BatchLoader<T> = (missing: readonly string[]) => readonly T[] | PromiseLike<readonly T[]>

export interface CacheEntry<T> {
  value: T
  layer: Layer
  stale: boolean
  /** Milliseconds since the value was stored. */
  ageMs: number
}

export interface InvalidateOptions {
  tags?: readonly string[]
  /** Keys by `*` and `?`. */
  pattern?: string
  /** A key or an outside name given as `dependsOn`. */
  dependency?: string | readonly string[]
  /** Names the generation of all values: everything stored under another name is gone. Calling it again with the same name does nothing. */
  version?: string
  all?: boolean
}

export interface WrapOptions<A extends readonly unknown[], T> extends LoadOptions<T> {
  /**
   * Makes the key from the arguments. Give one where functions of the same text differ in what they close over.
   * @default name and text of the function and SHA-256 of the canonical JSON of the arguments
   */
  key?: (...values: A) => string
}

/** A value in the making. */
export interface CacheMark {
  /** Stores the value unless it was invalidated since the mark. */
  keep(value: unknown, options?: EntryOptions): Promise<void>
  /** Must be called once, whether the value was kept or not. */
  end(): void
}

/** A memory + Redis cache. */
export interface Cache {
  readonly name: string
  /** The fresh value; undefined when there is none. */
  get<T = unknown>(key: string): Promise<T | undefined>
  /** The value with where it came from; within the stale window also after its time. */
  getEntry<T = unknown>(key: string): Promise<CacheEntry<T> | undefined>
  set(key: string, value: unknown, options?: EntryOptions): Promise<void>
  /** The stored value, or what the loader gives: one load for all who ask meanwhile. */
  getOrSet<T>(key: string, loader: Loader<T>, options?: LoadOptions<T>): Promise<T>
  /** Values in the order of the keys. */
  getMany<T = unknown>(keys: readonly string[]): Promise<(T | undefined)[]>
  setMany(entries: readonly (readonly [key: string, value: unknown])[], options?: EntryOptions): Promise<void>
  /** Values in the order of the keys; the loader is called with the missing ones and gives their values in that order. It is called once, and again only for keys whose load in another process failed. */
  getOrSetMany<T>(keys: readonly string[], loader: BatchLoader<T>, options?: LoadOptions<T>): Promise<T[]>
  /** The same function, its results cached by its arguments. */
  wrap<A extends unknown[], R>(fn: (...values: A) => Promise<R>, options?: WrapOptions<A, R>): (...values: A) => Promise<R>
  delete(key: string | readonly string[]): Promise<void>
  invalidate(what: InvalidateOptions): Promise<void>
  /** For a value whose making the cache cannot call itself, such as a stream: what is invalidated after this is not stored by `keep`. */
  mark(key: string, options?: EntryOptions): CacheMark
  stats(): CacheStats
  /**
   * Told of each invalidation that this process makes (`here`) or hears of; tags begin with `t:`, dependencies with `d:`. A listener that throws is
   * counted and disturbs nothing. Returns the undo.
   */
  onInvalidate(
    listener: (what: { keys?: readonly string[]; tags?: readonly string[]; pattern?: string; all?: boolean; here: boolean }) => void
  ): () => void
  /** Lets pending writes end, stops timers and the bus. The Redis client stays yours. */
  close(): Promise<void>
}
