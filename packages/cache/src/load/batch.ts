// Many keys at once: one MGET, one call of the loader for what is missing, one write.
import { RagError } from '@rag/core'
import type { StoredRecord } from '../codec/record.js'
import {
  countHit,
  countSaved,
  draftOf,
  draftOfRecord,
  type Engine,
  inBackground,
  namesOf,
  type Outcome,
  promote,
  remember
} from '../engine.js'
import { inheritedNames } from '../invalidation/changes.js'
import type { MemoryEntry } from '../memory/store.js'
import type { BatchLoader, LoadOptions } from '../types.js'
import { livesWithin, load } from './load.js'

interface Reading {
  /** Keys of which no layer has a fresh value. */
  readonly absent: readonly string[]
  /** How many look-ups in memory found nothing fresh. The caller counts them: it knows whether something stale was served instead. */
  readonly memoryMisses: number
  readonly redisFailed: boolean
}

/** What the layers have of some distinct keys. */
async function readMany(engine: Engine, keys: readonly string[], found: Map<string, unknown>): Promise<Reading> {
  const { memory, remote, figures, log } = engine
  const absent: string[] = []
  const now = performance.now()
  for (const key of keys) {
    const entry = memory?.read(key)
    if (memory) figures.memory.calls++
    if (entry && now < entry.freshUntil) {
      countHit(figures.memory, entry.value)
      countSaved(engine, entry)
      found.set(key, entry.value)
    } else {
      absent.push(key)
    }
  }
  const memoryMisses = memory ? absent.length : 0
  if (!remote || absent.length === 0) return { absent, memoryMisses, redisFailed: false }
  const mark = log.begin()
  try {
    figures.redis.calls += absent.length
    const records = await remote.layer.readMany(absent)
    if (!records) {
      figures.redis.error += absent.length
      return { absent, memoryMisses, redisFailed: true }
    }
    const left = absent.filter((key, index) => !take(engine, key, records[index], mark, found))
    return { absent: left, memoryMisses, redisFailed: false }
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

function take(engine: Engine, key: string, record: StoredRecord | undefined, mark: number, found: Map<string, unknown>): boolean {
  const { figures } = engine
  if (!record || draftOfRecord(engine, key, record).freshUntil <= performance.now()) {
    figures.redis.miss++
    return false
  }
  countHit(figures.redis, record.value)
  countSaved(engine, record)
  promote(engine, key, record, mark)
  found.set(key, record.value)
  return true
}

export async function getMany(engine: Engine, keys: readonly string[]): Promise<unknown[]> {
  const found = new Map<string, unknown>()
  const { absent, memoryMisses, redisFailed } = await readMany(engine, [...new Set(keys)], found)
  let rescued = 0
  for (const key of redisFailed ? absent : []) {
    const [entry] = rescue(engine, [key])
    if (!entry) continue
    found.set(key, entry.value)
    rescued++
  }
  countMemory(engine, memoryMisses, rescued)
  return keys.map((key) => found.get(key))
}

function countMemory({ figures }: Engine, misses: number, rescued: number): void {
  figures.memory.miss += misses - rescued
  figures.memory.stale += rescued
}

/**
 * Equal keys are one; what others are loading already is waited for. When the loader fails and something stale is at hand for each, that is given.
 *
 * @throws what the loader throws, and RagError `RAG_CACHE_BATCH`.
 */
export async function getOrSetMany(
  engine: Engine,
  keys: readonly string[],
  loader: BatchLoader<unknown>,
  options: LoadOptions<never>
): Promise<unknown[]> {
  const { flights, figures } = engine
  const found = new Map<string, unknown>()
  const distinct = [...new Set(keys)]
  const { absent, memoryMisses } = await readMany(engine, distinct, found)
  const joined = absent.filter((key) => flights.has(key))
  const missing = absent.filter((key) => !flights.has(key))
  figures.coalesced += joined.length
  let rescued = 0
  const waiting: Promise<unknown>[] = joined.map(async (key) => found.set(key, (await flights.get(key)!.promise).value))
  if (missing.length > 0) {
    const loading = loadMany(engine, missing, loader, options)
    fly(engine, missing, loading, options)
    const collect = async () => {
      try {
        for (const [index, value] of (await loading).entries()) found.set(missing[index]!, value)
      } catch (error) {
        const held = rescue(engine, missing)
        if (held.length < missing.length) throw error
        for (const [index, { value }] of held.entries()) found.set(missing[index]!, value)
        rescued = held.length
      }
    }
    waiting.push(collect())
  }
  try {
    await Promise.all(waiting)
  } finally {
    countMemory(engine, memoryMisses, rescued)
  }
  return keys.map((key) => found.get(key))
}

/** Lets single loads of these keys share the batch. */
function fly({ flights }: Engine, keys: readonly string[], loading: Promise<readonly unknown[]>, options: LoadOptions<never>): void {
  const tags = namesOf(options as never)
  for (const [index, key] of keys.entries()) {
    const promise = loading.then((values): Outcome => ({ value: values[index], from: 'load', stale: false }))
    const flight = { promise, tags }
    flights.set(key, flight)
    const land = () => {
      if (flights.get(key) === flight) flights.delete(key)
    }
    promise.then(land, land)
  }
}

async function loadMany(
  engine: Engine,
  keys: readonly string[],
  loader: BatchLoader<unknown>,
  options: LoadOptions<never>
): Promise<readonly unknown[]> {
  const { remote, log } = engine
  const mark = log.begin()
  try {
    const under = { seq: remote?.layer.seq ?? 0, epoch: remote?.layer.epoch ?? -1 }
    const one = () => loader(keys)
    const { value } = await load(engine, keys[0]!, one, { ...options, ttl: undefined } as never, keys.length)
    const values = value as readonly unknown[]
    if (!Array.isArray(values) || values.length !== keys.length) {
      throw new RagError('RAG_CACHE_BATCH', {
        problem: `the loader was asked for ${keys.length} values and gave ${Array.isArray(values) ? values.length : typeof values}`,
        fix: 'return one value for each missing key, in their order; undefined for one that does not exist'
      })
    }
    const inherited = await inheritedNames(engine, options as never)
    const drafts = keys.flatMap((key, index) => {
      const lives = livesWithin(engine, values[index], options, inherited)
      return lives && !log.touched(mark, key, lives.tags) ? [draftOf(engine, key, values[index], lives)] : []
    })
    for (const draft of drafts) remember(engine, draft, under.seq)
    if (remote && under.epoch !== -1 && drafts.length > 0) inBackground(engine, remote.layer.write(drafts, under))
    return values
  } finally {
    log.end()
  }
}
