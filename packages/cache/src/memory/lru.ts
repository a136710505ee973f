// The plain store: least recently used goes first, by lru-cache.
import { LRUCache } from 'lru-cache'
import type { MemoryEntry, MemoryStore, MemoryStoreOptions } from './store.js'

const REASONS = { evict: 'size', set: 'replaced', delete: 'deleted', expire: 'deleted', fetch: 'replaced' } as const

export function createLruStore({ maxEntries, maxBytes, onLeave }: MemoryStoreOptions): MemoryStore {
  const entries = new LRUCache<string, MemoryEntry>({
    max: maxEntries,
    maxSize: maxBytes,
    sizeCalculation: (entry) => entry.size,
    dispose: (entry, key, reason) => onLeave(key, entry, REASONS[reason])
  })
  return {
    get: (key) => entries.get(key),
    peek: (key) => entries.peek(key),
    set: (key, entry) => {
      entries.set(key, entry)
    },
    delete: (key) => entries.delete(key),
    keys: () => entries.keys(),
    clear: () => entries.clear(),
    get size() {
      return entries.size
    },
    get bytes() {
      return entries.calculatedSize
    }
  }
}
