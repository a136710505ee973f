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
  {
    name: 'rag_cache_bytes',
    kind: 'gauge',
    unit: 'bytes',
    help: 'Estimated size of the memory layer.',
    labels: { cache: CACHE },
    from: 'source'
  },
  {
    name: 'rag_cache_errors_total',
    kind: 'counter',
    help: 'Faults of a layer that the caller did not see.',
    labels: { cache: CACHE, layer: LAYER, reason: { values: ['timeout', 'connection', 'decode', 'encode', 'breaker'] } },
    from: 'source'
  },
  {
    name: 'rag_cache_breaker_state',
    across: 'max',
    kind: 'gauge',
    help: 'Circuit breaker of the Redis layer: 0 closed, 1 half open, 2 open.',
    labels: { cache: CACHE },
    from: 'source'
  },
  {
    name: 'rag_cache_lock_waits_total',
    kind: 'counter',
    help: 'Loads that waited for the load of another process.',
    labels: { cache: CACHE },
    from: 'source'
  },
  {
    name: 'rag_cache_lock_wait_seconds_total',
    kind: 'counter',
    unit: 'seconds',
    help: 'Time spent waiting for the load of another process.',
    labels: { cache: CACHE },
    from: 'source'
  },
  {
    name: 'rag_cache_invalidations_total',
    kind: 'counter',
    help: 'Invalidations that this process made, by cause.',
    labels: { cache: CACHE, cause: { values: ['tag', 'key', 'pattern', 'dependency', 'version', 'all'] } },
    from: 'source'
  },
  {
    name: 'rag_cache_pending_invalidations',
    kind: 'gauge',
    help: 'Changes that wait until Redis is back.',
    labels: { cache: CACHE },
    from: 'source'
  },
  {
    name: 'rag_cache_bus_messages_total',
    kind: 'counter',
    help: 'Messages between processes, by direction.',
    labels: { cache: CACHE, direction: { values: ['sent', 'received'] } },
    from: 'source'
  },
  {
    name: 'rag_cache_bus_gaps_total',
    kind: 'counter',
    help: 'Times at which messages were lost and the memory layer was checked again.',
    labels: { cache: CACHE },
    from: 'source'
  },
  {
    name: 'rag_cache_saved_tokens_total',
    kind: 'counter',
    unit: 'tokens',
    help: 'Tokens that answers from the cache saved, by model.',
    labels: { cache: CACHE, model: { max: 100 } },
    from: 'source'
  },
  {
    name: 'rag_cache_saved_usd_total',
    kind: 'counter',
    unit: 'usd',
    help: 'USD that answers from the cache saved, by model.',
    labels: { cache: CACHE, model: { max: 100 } },
    from: 'source'
  },
  {
    name: 'rag_cache_semantic_total',
    kind: 'counter',
    help: 'Look-ups by meaning: hits, misses, hits that the second gate refused, and in shadow mode hits judged right or false.',
    labels: { cache: CACHE, result: { values: ['hit', 'miss', 'refused', 'shadow_right', 'shadow_false'] } },
    from: 'source'
  },
  {
    name: 'rag_cache_http_responses_total',
    kind: 'counter',
    help: 'Responses under cacheControl(), by how they were answered.',
    labels: { cache: CACHE, result: { values: ['hit', 'stale', 'miss', 'not_modified', 'bypass'] } },
    from: 'source'
  },
  {
    name: 'rag_cache_http_age_seconds_total',
    kind: 'counter',
    unit: 'seconds',
    help: 'Sum of the age of responses from the cache.',
    labels: { cache: CACHE },
    from: 'source'
  },
  {
    name: 'rag_cache_purges_total',
    kind: 'counter',
    help: 'Calls that purge tags from a CDN.',
    labels: { cache: CACHE, outcome: { values: ['ok', 'error'] } },
    from: 'source'
  }
] as const satisfies readonly MetricDefinition[]
