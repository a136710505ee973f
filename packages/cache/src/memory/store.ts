// The contract of a memory store: it bounds entries and bytes and says why it let go of one.

/** One value in memory. Times are from `performance.now()`: a jump of the wall clock moves nothing. */
export interface MemoryEntry {
  value: unknown
  storedAt: number
  freshUntil: number
  /** Until then it is served while a load runs in the background. */
  revalidateUntil: number
  /** Until then it is served when loading fails. */
  staleUntil: number
  /** No load is tried before, while something stale is served. */
  retryAt: number
  /** A hit after this starts a refresh. */
  refreshAt: number
  /** Estimated bytes, at least 1. */
  size: number
  cost: number | undefined
  /** Tags as `t:…`, dependencies as `d:…`. */
  tags: readonly string[]
  /** The state of Redis that the value was made under. */
  seq: number
  /** Entries of an older generation must be checked before they are served. */
  generation: number
}

/** Why an entry left. */
export type EvictionReason = 'size' | 'expired' | 'invalidated' | 'replaced'

export interface MemoryStore {
  /** Counts as a use. */
  get(key: string): MemoryEntry | undefined
  peek(key: string): MemoryEntry | undefined
  set(key: string, entry: MemoryEntry): void
  delete(key: string): boolean
  keys(): Iterable<string>
  clear(): void
  readonly size: number
  readonly bytes: number
}

export interface MemoryStoreOptions {
  maxEntries: number
  maxBytes: number
  /** Called for every entry that leaves: pushed out, deleted or replaced. */
  onLeave(key: string, entry: MemoryEntry, reason: 'size' | 'replaced' | 'deleted'): void
}
export type MemoryStoreFactory = (options: MemoryStoreOptions) => MemoryStore
