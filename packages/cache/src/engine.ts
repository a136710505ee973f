// What the parts of one cache share, and how values become entries.

import type { StoredRecord } from './codec/record.js'
import type { InvalidationLog } from './invalidation/invalidation.js'
import type { MemoryLayer } from './memory/layer.js'
import { sizeOf } from './memory/size.js'
import type { MemoryEntry } from './memory/store.js'
import type { Breaker } from './redis/breaker.js'
import type { RedisDriver } from './redis/driver.js'
import type { Gateway } from './redis/gateway.js'
import type { Draft, RedisLayer } from './redis/layer.js'
import { LONGEST_LIFE_MS } from './redis/layer.js'
import type { Locks } from './redis/locks.js'
import { adaptiveLife, life, type Settings } from './settings.js'
import type { Figures, LayerCounts } from './stats.js'
import type { EntryOptions, LoadOptions } from './types.js'

/** The Redis side of a cache that has one. */
export interface Remote {
  readonly driver: RedisDriver
  readonly gateway: Gateway
  readonly layer: RedisLayer
  readonly breaker: Breaker
  readonly locks: Locks
}

export interface Engine {
  readonly settings: Settings
  readonly figures: Figures
  readonly memory: MemoryLayer | undefined
  readonly remote: Remote | undefined
  readonly log: InvalidationLog
  readonly flights: Map<string, Flight>
  /** Work that goes on behind the callers; close() waits for it. */
  readonly background: Set<Promise<unknown>>
}

export interface Outcome {
  readonly value: unknown
  /** What the callers got. */
  readonly from: 'load' | 'memory' | 'redis'
  readonly stale: boolean
}
/** One load under way, shared by all who ask for the key. */
export interface Flight {
  readonly promise: Promise<Outcome>
  readonly tags: readonly string[]
}

export interface Lives {
  readonly ttlMs: number
  readonly tags: readonly string[]
  readonly cost: number | undefined
}

/** Life, tags and cost of a value; undefined when it is not to be kept. */
export function livesOf(
  { settings }: Engine,
  value: unknown,
  { ttl, tags, dependsOn, cost, negativeTtl }: LoadOptions<never>
): Lives | undefined {
  const names = namesOf({ tags, dependsOn } as EntryOptions)
  if (value === undefined || value === null) {
    const given = negativeTtl ?? (ttl === undefined || typeof ttl === 'function' ? undefined : ttl)
    const ttlMs = given === false ? undefined : given === undefined ? settings.negativeTtlMs : life('negativeTtl', given)
    return ttlMs === undefined ? undefined : { ttlMs, tags: names, cost }
  }
  if (typeof ttl !== 'function') return { ttlMs: ttl === undefined ? settings.ttlMs : life('ttl', ttl), tags: names, cost }
  const ttlMs = adaptiveLife(ttl(value as never))
  return ttlMs === undefined ? undefined : { ttlMs, tags: names, cost }
}

/** Tags and dependencies in one name space, so that one check serves both. */
export function namesOf({ tags = [], dependsOn = [] }: EntryOptions): string[] {
  if (tags.length === 0 && dependsOn.length === 0) return NONE
  return [...new Set([...tags.map((tag) => `t:${tag}`), ...dependsOn.map((name) => `d:${name}`)])]
}
const NONE: string[] = []

/** When a value that is stored now ends, with the jitter taken off. */
function freshUntil({ settings }: Engine, ttlMs: number): number {
  return performance.now() + ttlMs * (settings.jitter === 0 ? 1 : 1 - Math.random() * settings.jitter)
}

export function draftOf(engine: Engine, key: string, value: unknown, { ttlMs, tags, cost }: Lives): Draft {
  const until = freshUntil(engine, ttlMs)
  const { revalidateMs, ifErrorMs } = engine.settings
  const lifeMs = Math.min(LONGEST_LIFE_MS, until - performance.now() + Math.max(revalidateMs, ifErrorMs))
  // A cost that is no number would spoil every sum it enters.
  const known = typeof cost === 'number' && cost >= 0 && cost < Number.POSITIVE_INFINITY ? cost : undefined
  return { key, value, freshUntil: until, lifeMs, cost: known, tags }
}

/** Puts a value into memory with the life that it has left. */
export function remember(engine: Engine, draft: Draft, seq: number, storedAt = performance.now()): void {
  const { memory, settings } = engine
  if (!memory || !settings.memory) return
  try {
    const until = Math.min(draft.freshUntil, performance.now() + settings.memory.ttlMs)
    memory.write(draft.key, {
      value: draft.value,
      storedAt,
      freshUntil: until,
      revalidateUntil: until + settings.revalidateMs,
      staleUntil: until + Math.max(settings.revalidateMs, settings.ifErrorMs),
      retryAt: 0,
      refreshAt: settings.refreshAhead === undefined ? Number.POSITIVE_INFINITY : storedAt + (until - storedAt) * settings.refreshAhead,
      size: sizeOf(draft.value) + draft.key.length * 2,
      cost: draft.cost,
      tags: draft.tags,
      seq
    })
  } catch {
    // A store of the application's own, or a value whose getters throw: the value is not kept.
    engine.figures.fault('memory', 'memory')
  }
}

/** A stored record as a draft on our own clock. */
export function draftOfRecord({ remote, settings }: Engine, key: string, record: StoredRecord): Draft {
  const until = record.freshUntil - remote!.layer.offset
  return {
    key,
    value: record.value,
    freshUntil: until,
    lifeMs: until - performance.now() + settings.ifErrorMs,
    cost: record.cost,
    tags: record.tags
  }
}

/** Puts what Redis had into memory, unless it was invalidated meanwhile. */
export function promote(engine: Engine, draft: Draft, record: StoredRecord, mark: number): void {
  if (engine.memory === undefined || engine.log.touched(mark, draft.key, record.tags)) return
  remember(engine, draft, record.seq, record.storedAt - engine.remote!.layer.offset)
}

/** A record that is fresh, counted and put into memory. */
export function take(engine: Engine, key: string, record: StoredRecord | undefined, mark: number): StoredRecord | undefined {
  if (!record) return undefined
  const draft = draftOfRecord(engine, key, record)
  if (draft.freshUntil <= performance.now()) return undefined
  countHit(engine.figures.redis, record.value)
  countSaved(engine, record)
  promote(engine, draft, record, mark)
  return record
}

export function countHit(counts: LayerCounts, value: unknown): void {
  if (value === undefined || value === null) counts.negative++
  else counts.hit++
}

/** What a hit saves, if the entry says what it cost. */
export function countSaved({ figures }: Engine, entry: Pick<MemoryEntry, 'cost'>): void {
  if (entry.cost !== undefined) figures.savedCost += entry.cost
}

/** Runs work behind the caller's back; its failure is counted where it happens. */
export function inBackground({ background }: Engine, work: Promise<unknown>): void {
  background.add(work)
  const done = () => background.delete(work)
  work.then(done, done)
}
