// The cache. OpenTelemetry has no convention for caches yet (semantic-conventions#1747); names follow the habit of Micrometer.
import { SECONDS } from './buckets.js'
import type { MetricDefinition } from './types.js'

const CACHE = { max: 50 } as const
const LAYER = { values: ['memory', 'redis'] } as const

export const cacheMetrics = [
  {
    name: 'rag_cache_requests_total',
    kind: 'counter',
    help: 'Look-ups by layer and result; per layer the results add up to the calls.',
    labels: { cache: CACHE, layer: LAYER, result: { values: ['hit', 'miss', 'stale', 'negative', 'error'] } },
    from: 'source'
  },
  {
    name: 'rag_cache_load_duration_seconds',
    kind: 'histogram',
    unit: 'seconds',
    help: 'Duration of loads.',
    labels: { cache: CACHE, outcome: { values: ['ok', 'error', 'aborted', 'timeout'] } },
    buckets: SECONDS,
    from: 'cache'
  },
  {
    name: 'rag_cache_coalesced_total',
    kind: 'counter',
    help: 'Callers that shared the load of another.',
    labels: { cache: CACHE },
    from: 'source'
  },
  {
    name: 'rag_cache_evictions_total',
    kind: 'counter',
    help: 'Entries that left the memory layer, by reason.',
    labels: { cache: CACHE, reason: { values: ['size', 'expired', 'invalidated', 'replaced'] } },
    from: 'source'
  },
  { name: 'rag_cache_entries', kind: 'gauge', help: 'Entries in the memory layer.', labels: { cache: CACHE }, from: 'source' },
  { name: 'rag_cache_bytes', kind: 'gauge', unit: 'bytes', help: 'Estimated size of the memory layer.', labels: { cache: CACHE }, from: 'source' },
  {
    name: 'rag_cache_errors_total',
    kind: 'counter',
    help: 'Faults of a layer that the caller did not see.',
    labels: { cache: CACHE, layer: LAYER, reason: { values: ['timeout', 'connection', 'decode', 'encode', 'breaker'] } },
    from: 'source'
  },
  {
    name: 'rag_cache_breaker_state',
    kind: 'gauge',
    help: 'Circuit breaker of the Redis layer: 0 closed, 1 half open, 2 open.',
    labels: { cache: CACHE },
    from: 'source'
  }
] as const satisfies readonly MetricDefinition[]
