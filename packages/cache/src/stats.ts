// The figures of a cache: plain numbers, counted where things happen and read when metrics are collected.
import type { Source } from '@rag/core'
import type { EvictionReason } from './memory/store.js'
import type { Layer } from './types.js'

export type FaultReason = 'timeout' | 'connection' | 'decode' | 'encode' | 'breaker' | 'memory'

/** Look-ups of one layer: hits + misses + stale = calls, at any moment at which none is under way. */
export interface LayerStats {
  calls: number
  /** Fresh values, negative ones included. */
  hits: number
  /** Nothing usable, failures of the layer included. */
  misses: number
  stale: number
  /** Hits on null or undefined. */
  negatives: number
  /** Misses because the layer failed. */
  errors: number
  hitRate: number
}

export interface CacheStats {
  memory: LayerStats
  redis: LayerStats
  entries: number
  bytes: number
  loads: number
  loadErrors: number
  coalesced: number
  lockWaits: number
  evictions: Readonly<Record<EvictionReason, number>>
  faults: Readonly<Record<string, number>>
  breaker: 'closed' | 'half-open' | 'open'
  bus: { sent: number; received: number; gaps: number }
  invalidations: number
  /** Invalidations that wait until Redis is back. */
  pending: number
  savedCost: number
}

export interface LayerCounts {
  calls: number
  hit: number
  miss: number
  stale: number
  negative: number
  error: number
}

/** Where the parts of one cache count. */
export interface Figures {
  readonly memory: LayerCounts
  readonly redis: LayerCounts
  readonly evictions: Record<EvictionReason, number>
  readonly faults: Record<Layer, Partial<Record<FaultReason, number>>>
  readonly invalidations: Record<'tag' | 'key' | 'pattern' | 'dependency' | 'version' | 'all', number>
  loads: number
  loadErrors: number
  coalesced: number
  lockWaits: number
  lockWaitSeconds: number
  busSent: number
  busReceived: number
  busGaps: number
  listenerErrors: number
  savedCost: number
  fault(layer: Layer, reason: FaultReason): void
}

/** What is read from the parts at collection time. */
export interface Gauges {
  readonly entries: number
  readonly bytes: number
  readonly breaker: 0 | 1 | 2
  readonly pending: number
}

const noCounts = (): LayerCounts => ({ calls: 0, hit: 0, miss: 0, stale: 0, negative: 0, error: 0 })

export function createFigures(): Figures {
  const faults: Figures['faults'] = { memory: {}, redis: {} }
  return {
    memory: noCounts(),
    redis: noCounts(),
    evictions: { size: 0, expired: 0, invalidated: 0, replaced: 0 },
    faults,
    invalidations: { tag: 0, key: 0, pattern: 0, dependency: 0, version: 0, all: 0 },
    loads: 0,
    loadErrors: 0,
    coalesced: 0,
    lockWaits: 0,
    lockWaitSeconds: 0,
    busSent: 0,
    busReceived: 0,
    busGaps: 0,
    listenerErrors: 0,
    savedCost: 0,
    fault(layer, reason) {
      faults[layer][reason] = (faults[layer][reason] ?? 0) + 1
    }
  }
}

const BREAKER = ['closed', 'half-open', 'open'] as const

export function statsOf(figures: Figures, gauges: Gauges): CacheStats {
  const faults: Record<string, number> = {}
  for (const layer of ['memory', 'redis'] as const)
    for (const [reason, count] of Object.entries(figures.faults[layer])) faults[reason] = (faults[reason] ?? 0) + count
  return {
    memory: layerStats(figures.memory),
    redis: layerStats(figures.redis),
    entries: gauges.entries,
    bytes: gauges.bytes,
    loads: figures.loads,
    loadErrors: figures.loadErrors,
    coalesced: figures.coalesced,
    lockWaits: figures.lockWaits,
    evictions: { ...figures.evictions },
    faults,
    breaker: BREAKER[gauges.breaker],
    bus: { sent: figures.busSent, received: figures.busReceived, gaps: figures.busGaps },
    invalidations: Object.values(figures.invalidations).reduce((sum, count) => sum + count, 0),
    pending: gauges.pending,
    savedCost: figures.savedCost
  }
}

function layerStats({ calls, hit, miss, stale, negative, error }: LayerCounts): LayerStats {
  const hits = hit + negative
  return { calls, hits, misses: miss + error, stale, negatives: negative, errors: error, hitRate: calls === 0 ? 0 : hits / calls }
}

const RESULTS = ['hit', 'miss', 'stale', 'negative', 'error'] as const
const REDIS_FAULTS = ['timeout', 'connection', 'decode', 'encode', 'breaker'] as const

/** The source of one cache. Every counter of a layer that exists is there from the start, at 0. */
export function cacheSource(cache: string, layers: readonly Layer[], figures: Figures, gauges: Gauges): Source {
  return {
    read(emit) {
      for (const layer of layers) {
        for (const result of RESULTS) emit('rag_cache_requests_total', figures[layer][result], { cache, layer, result })
      }
      if (layers.includes('redis')) {
        for (const reason of REDIS_FAULTS)
          emit('rag_cache_errors_total', figures.faults.redis[reason] ?? 0, { cache, layer: 'redis', reason })
        emit('rag_cache_breaker_state', gauges.breaker, { cache })
        emit('rag_cache_lock_waits_total', figures.lockWaits, { cache })
        emit('rag_cache_lock_wait_seconds_total', figures.lockWaitSeconds, { cache })
        emit('rag_cache_pending_invalidations', gauges.pending, { cache })
      }
      emit('rag_cache_coalesced_total', figures.coalesced, { cache })
      if (layers.includes('memory')) {
        for (const reason of ['size', 'expired', 'invalidated', 'replaced'] as const)
          emit('rag_cache_evictions_total', figures.evictions[reason], { cache, reason })
        emit('rag_cache_entries', gauges.entries, { cache })
        emit('rag_cache_bytes', gauges.bytes, { cache })
      }
      for (const [cause, count] of Object.entries(figures.invalidations)) emit('rag_cache_invalidations_total', count, { cache, cause })
      emit('rag_cache_bus_messages_total', figures.busSent, { cache, direction: 'sent' })
      emit('rag_cache_bus_messages_total', figures.busReceived, { cache, direction: 'received' })
      emit('rag_cache_bus_gaps_total', figures.busGaps, { cache })
    }
  }
}
