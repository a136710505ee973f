// Reads one key without loading: memory, then Redis.
import { countHit, countSaved, draftOfRecord, type Engine, promote } from './engine.js'
import type { MemoryEntry } from './memory/store.js'
import type { CacheEntry } from './types.js'

/** Counts one look-up in each layer that is asked. With `withStale` also what is past its time but within the window for revalidation. */
export async function lookUp(engine: Engine, key: string, withStale: boolean): Promise<CacheEntry<unknown> | undefined> {
  const { memory, remote, figures } = engine
  const entry = memory?.read(key)
  const now = performance.now()
  if (memory) figures.memory.calls++
  if (entry && now < entry.freshUntil) {
    countHit(figures.memory, entry.value)
    countSaved(engine, entry)
    return fromMemory(entry, now, false)
  }
  if (remote) {
    const found = await readRedis(engine, key, entry, withStale)
    if (found !== 'failed') {
      if (memory) figures.memory.miss++
      return found
    }
    // Fail-safe: better what was right a while ago than nothing.
    if (entry && performance.now() < entry.staleUntil) {
      figures.memory.stale++
      return fromMemory(entry, performance.now(), true)
    }
  } else if (entry && withStale && now < entry.staleUntil) {
    figures.memory.stale++
    return fromMemory(entry, now, true)
  }
  if (memory) {
    figures.memory.miss++
    if (entry && now >= entry.staleUntil) memory.remove(key, 'expired')
  }
  return undefined
}

async function readRedis(engine: Engine, key: string, held: MemoryEntry | undefined, withStale: boolean) {
  const { remote, figures, log, settings } = engine
  const mark = log.begin()
  try {
    figures.redis.calls++
    const found = await remote!.layer.read(key, undefined, held ? settings.redisTimeout.softMs : settings.redisTimeout.hardMs)
    if (!found) {
      figures.redis.error++
      return 'failed'
    }
    const { record } = found
    if (!record) {
      figures.redis.miss++
      return undefined
    }
    const now = performance.now()
    const ageMs = Math.max(0, now + remote!.layer.offset - record.storedAt)
    const draft = draftOfRecord(engine, key, record)
    const { freshUntil } = draft
    if (now < freshUntil) {
      countHit(figures.redis, record.value)
      countSaved(engine, record)
      promote(engine, draft, record, mark)
      return { value: record.value, layer: 'redis' as const, stale: false, ageMs }
    }
    if (withStale && now < freshUntil + Math.max(settings.revalidateMs, settings.ifErrorMs)) {
      figures.redis.stale++
      return { value: record.value, layer: 'redis' as const, stale: true, ageMs }
    }
    figures.redis.miss++
    return undefined
  } finally {
    log.end()
  }
}

function fromMemory({ value, storedAt }: MemoryEntry, now: number, stale: boolean): CacheEntry<unknown> {
  return { value, layer: 'memory', stale, ageMs: now - storedAt }
}
