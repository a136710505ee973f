// Reads the options of createCache once: everything wrong is said here, at creation.
import { checkOptions, type Duration, durationMs, type Observers, RagError } from '@rag/core'
import type { BusDriver } from './invalidation/bus-driver.js'
import type { MemoryStoreFactory } from './memory/store.js'
import { LONGEST_LIFE_MS } from './redis/layer.js'
import type { CacheOptions, TimeoutOptions } from './types.js'

const KNOWN = [
  'name',
  'ttl',
  'memory',
  'redis',
  'bus',
  'stale',
  'negativeTtl',
  'jitter',
  'refreshAhead',
  'loadTimeout',
  'redisTimeout',
  'breaker',
  'lock',
  'compressAbove',
  'encryption',
  'observers'
] as const

/** Options with their defaults, durations in milliseconds. */
export interface Settings {
  readonly name: string
  readonly ttlMs: number
  readonly memory: { maxEntries: number; maxBytes: number; ttlMs: number; store: MemoryStoreFactory | undefined } | undefined
  readonly revalidateMs: number
  readonly ifErrorMs: number
  readonly retryMs: number
  /** Undefined: nothing is kept for null and undefined. */
  readonly negativeTtlMs: number | undefined
  readonly jitter: number
  readonly refreshAhead: number | undefined
  readonly loadTimeout: Limits
  readonly redisTimeout: { softMs: number; hardMs: number }
  readonly breaker: { failures: number; retryMs: number }
  readonly lock: boolean
  readonly observers: Observers | undefined
}
export interface Limits {
  readonly softMs: number | undefined
  readonly hardMs: number | undefined
}

/** @throws RagError for a wrong option. */
export function readSettings(options: CacheOptions): Settings {
  if (typeof options !== 'object' || options === null) {
    throw wrong('options', options, 'createCache takes an object', `call createCache({ name: 'answers', ttl: '10m' })`)
  }
  checkOptions('createCache', options, KNOWN)
  const { name, memory = {}, redis, stale = 0, negativeTtl, jitter = 0.1, refreshAhead, lock = true } = options
  if (typeof name !== 'string' || !/^[\w.:-]{1,100}$/.test(name)) {
    throw new RagError('RAG_CACHE_NAME', {
      option: 'name',
      value: name ?? 'missing',
      problem: 'the cache needs a name',
      fix: `pass a short plain name, such as createCache({ name: 'answers', ttl: '10m' })`
    })
  }
  if (memory === false && !redis) {
    throw new RagError('RAG_CACHE_LAYERS', { problem: 'there is nowhere to keep anything', fix: 'pass redis, or leave memory on' })
  }
  const ttlMs = life('ttl', options.ttl)
  checkKinds(options)
  if (memory !== false) checkOptions('createCache({ memory })', memory, ['maxEntries', 'maxBytes', 'ttl', 'store'])
  const staleness = typeof stale === 'object' ? stale : { whileRevalidate: stale, ifError: stale }
  checkOptions('createCache({ stale })', staleness, ['whileRevalidate', 'ifError', 'retry'])
  const { failures = 3, retry = 250 } = options.breaker ?? {}
  checkOptions('createCache({ breaker })', options.breaker ?? {}, ['failures', 'retry'])
  return {
    name,
    ttlMs,
    memory:
      memory === false
        ? undefined
        : {
            maxEntries: whole('memory.maxEntries', memory.maxEntries ?? 10_000),
            maxBytes: whole('memory.maxBytes', memory.maxBytes ?? 128 * 1024 * 1024),
            ttlMs: memory.ttl === undefined ? Number.POSITIVE_INFINITY : life('memory.ttl', memory.ttl),
            store: memory.store
          },
    revalidateMs: durationMs('stale.whileRevalidate', staleness.whileRevalidate ?? 0),
    ifErrorMs: durationMs('stale.ifError', staleness.ifError ?? 0),
    retryMs: durationMs('stale.retry', ('retry' in staleness ? staleness.retry : undefined) ?? 1000),
    negativeTtlMs: negativeTtl === false ? undefined : negativeTtl === undefined ? ttlMs : life('negativeTtl', negativeTtl),
    jitter: share('jitter', jitter),
    refreshAhead: refreshAhead === undefined ? undefined : share('refreshAhead', refreshAhead),
    loadTimeout: readLimits('loadTimeout', options.loadTimeout),
    redisTimeout: {
      softMs: readLimits('redisTimeout', options.redisTimeout).softMs ?? 50,
      hardMs: readLimits('redisTimeout', options.redisTimeout).hardMs ?? 100
    },
    breaker: { failures: whole('breaker.failures', failures), retryMs: Math.max(10, durationMs('breaker.retry', retry)) },
    lock,
    observers: options.observers
  }
}

export function readLimits(option: string, limits: TimeoutOptions = {}): Limits {
  checkOptions(option, limits, ['soft', 'hard'])
  return {
    softMs: limits.soft === undefined ? undefined : durationMs(`${option}.soft`, limits.soft),
    hardMs: limits.hard === undefined ? undefined : durationMs(`${option}.hard`, limits.hard)
  }
}

/** A life is positive and at most 30 days: versions of tags in Redis outlive every entry. */
export function life(option: string, value: Duration): number {
  const ms = durationMs(option, value)
  if (ms > 0 && ms <= LONGEST_LIFE_MS) return ms
  throw wrong(option, value, 'a life is more than 0 and at most 30 days', `give a duration such as '10m'`)
}

/** A life that was worked out for one value: none for what has ended already, the longest there is for what goes on beyond it. */
export function adaptiveLife(value: Duration): number | undefined {
  const ms = typeof value === 'number' ? value : durationMs('ttl', value)
  return ms > 0 ? Math.min(ms, LONGEST_LIFE_MS) : undefined
}

/** What the types say, for callers without types. */
function checkKinds({ memory, bus, lock, observers, compressAbove, encryption }: CacheOptions): void {
  const store = memory === false ? undefined : memory?.store
  if (store !== undefined && typeof store !== 'function')
    throw wrong('memory.store', typeof store, 'this makes no store', 'give a function such as createCostStore')
  if (lock !== undefined && typeof lock !== 'boolean') throw wrong('lock', lock, 'this is neither true nor false', 'give true or false')
  if (observers !== undefined && !Array.isArray(observers)) throw wrong('observers', typeof observers, 'this is no list', 'give an array')
  if (compressAbove !== undefined && !(compressAbove >= 0))
    throw wrong('compressAbove', compressAbove, 'this is no size', 'give bytes, such as 4096')
  if (encryption !== undefined) checkOptions('createCache({ encryption })', encryption, ['keys', 'active'])
  const driver = bus as Partial<BusDriver> | undefined
  if (bus === undefined || typeof bus === 'boolean' || (typeof driver?.publish === 'function' && typeof driver.subscribe === 'function'))
    return
  throw new RagError('RAG_CACHE_BUS', {
    option: 'bus',
    value: typeof bus,
    problem: 'this is no bus',
    fix: 'give true, or a driver with publish and subscribe such as postgresBus(pool)'
  })
}

function whole(option: string, value: number): number {
  if (Number.isInteger(value) && value > 0) return value
  throw wrong(option, value, 'this is no positive whole number', 'give a whole number above 0')
}

function share(option: string, value: number): number {
  if (typeof value === 'number' && value >= 0 && value < 1) return value
  throw wrong(option, value, 'this is no share', 'give a number from 0 to below 1')
}

function wrong(option: string, value: unknown, problem: string, fix: string): RagError {
  return new RagError('RAG_CACHE_OPTION', { option, value, problem, fix })
}
