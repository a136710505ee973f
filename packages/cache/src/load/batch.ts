// Many keys at once: what is there, and one call of the loader for what is missing.
import { countHit, countSaved, type Engine, take } from '../engine.js'
import type { MemoryEntry } from '../memory/store.js'
import type { BatchLoader, LoadOptions } from '../types.js'
import { loadMany } from './load-many.js'

/** What memory has of some distinct keys; gives back the others. */
function readMemory(engine: Engine, keys: readonly string[], found: Map<string, unknown>): string[] {
  const { memory, figures } = engine
  if (!memory) return [...keys]
  const now = performance.now()
  figures.memory.calls += keys.length
  return keys.filter((key) => {
    const entry = memory.read(key)
    if (!entry || now >= entry.freshUntil) return true
    countHit(figures.memory, entry.value)
    countSaved(engine, entry)
    found.set(key, entry.value)
    return false
  })
}

/** What Redis has of some; undefined when it failed. */
async function readRedis(engine: Engine, keys: readonly string[], found: Map<string, unknown>): Promise<undefined | true> {
  const { remote, figures, log } = engine
  const mark = log.begin()
  try {
    figures.redis.calls += keys.length
    const records = await remote!.layer.readMany(keys)
    if (!records) {
      figures.redis.error += keys.length
      return undefined
    }
    for (const [at, key] of keys.entries()) {
      const record = take(engine, key, records[at], mark)
      if (record) found.set(key, record.value)
      else figures.redis.miss++
    }
    return true
  } finally {
    log.end()
  }
}

/** What memory holds past its time but within the window for failures. */
function rescue({ memory }: Engine, keys: readonly string[]): MemoryEntry[] {
  const now = performance.now()
  return keys.flatMap((key) => {
    const entry = memory?.read(key)
    return entry && now < entry.staleUntil ? [entry] : []
  })
}

export async function getMany(engine: Engine, keys: readonly string[]): Promise<unknown[]> {
  const found = new Map<string, unknown>()
  const absent = readMemory(engine, [...new Set(keys)], found)
  const failed = engine.remote !== undefined && absent.length > 0 && !(await readRedis(engine, absent, found))
  let rescued = 0
  for (const key of failed ? absent : []) {
    const [entry] = rescue(engine, [key])
    if (!entry) continue
    found.set(key, entry.value)
    rescued++
  }
  if (engine.memory) countMemory(engine, absent.length, rescued)
  return keys.map((key) => found.get(key))
}

function countMemory({ figures }: Engine, misses: number, rescued: number): void {
  figures.memory.miss += misses - rescued
  figures.memory.stale += rescued
}

/**
 * Equal keys are one; what others are loading already, here or in another process, is waited for. When the loader fails and something stale is at hand
 * for each, that is given.
 *
 * @throws what the loader throws, and RagError `RAG_CACHE_BATCH`.
 */
export async function getOrSetMany(
  engine: Engine,
  keys: readonly string[],
  loader: BatchLoader<unknown>,
  options: LoadOptions<never>
): Promise<unknown[]> {
  const { flights, figures, memory } = engine
  const found = new Map<string, unknown>()
  const distinct = [...new Set(keys)]
  const absent = options.fresh ? distinct : readMemory(engine, distinct, found)
  if (options.fresh && memory) figures.memory.calls += absent.length
  const present = options.fresh ? [] : absent.filter((key) => flights.has(key))
  figures.coalesced += present.length
  const waiting = new Map(present.map((key) => [key, flights.get(key)!.promise]))
  const missing = absent.filter((key) => !waiting.has(key))
  if (missing.length > 0) for (const [key, promise] of loadMany(engine, missing, loader, options)) waiting.set(key, promise)
  let rescued = 0
  try {
    const outcomes = await Promise.allSettled(waiting.values())
    const failed = [...waiting.keys()].filter((_, at) => outcomes[at]!.status === 'rejected')
    const held = rescue(engine, failed)
    if (held.length < failed.length) throw (outcomes.find(({ status }) => status === 'rejected') as PromiseRejectedResult).reason
    for (const [at, key] of [...waiting.keys()].entries()) {
      const outcome = outcomes[at]!
      if (outcome.status === 'fulfilled') found.set(key, outcome.value.value)
    }
    for (const [at, { value }] of held.entries()) found.set(failed[at]!, value)
    rescued = held.length
  } finally {
    if (memory) countMemory(engine, absent.length, rescued)
  }
  return keys.map((key) => found.get(key))
}
