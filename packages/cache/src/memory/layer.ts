// The memory layer: a store, an index from tags to keys, and the generation that says what must be checked again.
import { type Invalidation, matchesPattern } from '../invalidation/invalidation.js'
import type { Figures } from '../stats.js'
import { createCostStore } from './cost.js'
import { createLruStore } from './lru.js'
import type { EvictionReason, MemoryEntry, MemoryStore, MemoryStoreFactory } from './store.js'

export interface MemoryLayer {
  /** An entry that may be looked at, fresh or not; undefined also for one that must be checked first. */
  read(key: string): MemoryEntry | undefined
  /** As {@link read}, without counting as a use, and also entries that must be checked. */
  peek(key: string): MemoryEntry | undefined
  write(key: string, entry: Omit<MemoryEntry, 'generation'>): void
  remove(key: string, reason: EvictionReason): void
  apply(invalidation: Invalidation): void
  /** Everything that is here must be checked with Redis before it is served again. */
  distrust(): void
  clear(): void
  readonly entries: number
  readonly bytes: number
}

export interface MemoryLayerOptions {
  maxEntries: number
  maxBytes: number
  store: MemoryStoreFactory | undefined
  figures: Figures
}

export function createMemoryLayer({ maxEntries, maxBytes, store: factory, figures }: MemoryLayerOptions): MemoryLayer {
  const index = new Map<string, Set<string>>()
  let generation = 0
  let leaving: EvictionReason = 'invalidated'
  let moving = false
  let knowsCost = factory !== undefined

  const onLeave = (key: string, entry: MemoryEntry, reason: 'size' | 'replaced' | 'deleted') => {
    if (moving) return
    unlink(key, entry)
    figures.evictions[reason === 'deleted' ? leaving : reason]++
  }
  const bounds = { maxEntries, maxBytes, onLeave }
  let store: MemoryStore = (factory ?? createLruStore)(bounds)

  const link = (key: string, { tags }: MemoryEntry) => {
    for (const tag of tags) {
      const keys = index.get(tag)
      if (keys) keys.add(key)
      else index.set(tag, new Set([key]))
    }
  }
  const unlink = (key: string, { tags }: MemoryEntry) => {
    for (const tag of tags) {
      const keys = index.get(tag)
      keys?.delete(key)
      if (keys?.size === 0) index.delete(tag)
    }
  }
  const remove = (key: string, reason: EvictionReason) => {
    leaving = reason
    store.delete(key)
  }
  /** The first cost makes the cost-aware store worth its price. */
  const moveToCostStore = () => {
    knowsCost = true
    const before = store
    store = createCostStore(bounds)
    moving = true
    for (const key of [...before.keys()].reverse()) store.set(key, before.peek(key)!)
    before.clear()
    moving = false
  }

  return {
    read(key) {
      const entry = store.get(key)
      return entry !== undefined && entry.generation === generation ? entry : undefined
    },
    peek: (key) => store.peek(key),
    write(key, entry) {
      if (!knowsCost && entry.cost !== undefined) moveToCostStore()
      const whole = entry as MemoryEntry
      whole.generation = generation
      store.set(key, whole)
      // Linked after the store let go of what was there before under this key; a store may also refuse an entry that is too large.
      if (whole.tags.length > 0 && store.peek(key) === whole) link(key, whole)
    },
    remove,
    apply({ keys, tags, pattern, all }) {
      if (all) {
        leaving = 'invalidated'
        store.clear()
        index.clear()
        return
      }
      for (const key of keys ?? []) remove(key, 'invalidated')
      for (const tag of tags ?? []) for (const key of [...(index.get(tag) ?? [])]) remove(key, 'invalidated')
      if (pattern === undefined) return
      for (const key of [...store.keys()]) if (matchesPattern(pattern, key)) remove(key, 'invalidated')
    },
    distrust() {
      generation++
    },
    clear() {
      store.clear()
      index.clear()
    },
    get entries() {
      return store.size
    },
    get bytes() {
      return store.bytes
    }
  }
}
