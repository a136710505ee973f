// Elasticsearch as its statistics show it; read by a collector on its own schedule.
import type { MetricDefinition } from './types.js'

const STORE = { max: 10 } as const
const INDEX = { max: 100 } as const

export const searchMetrics = [
  {
    name: 'rag_elasticsearch_cluster_status',
    across: 'max',
    kind: 'gauge',
    help: 'Health of the cluster: 0 green, 1 yellow, 2 red.',
    labels: { store: STORE },
    from: 'source'
  },
  {
    name: 'rag_elasticsearch_index_size_bytes',
    across: 'max',
    kind: 'gauge',
    unit: 'bytes',
    help: 'Size of an index.',
    labels: { store: STORE, index: INDEX },
    from: 'source'
  },
  {
    name: 'rag_elasticsearch_index_documents',
    across: 'max',
    kind: 'gauge',
    help: 'Documents of an index.',
    labels: { store: STORE, index: INDEX },
    from: 'source'
  },
  {
    name: 'rag_elasticsearch_shards',
    across: 'max',
    kind: 'gauge',
    help: 'Shards of the cluster by state.',
    labels: { store: STORE, state: { values: ['active', 'relocating', 'initializing', 'unassigned'] } },
    from: 'source'
  },
  {
    name: 'rag_elasticsearch_query_cache_hits_total',
    across: 'max',
    kind: 'counter',
    help: 'Hits of the query cache.',
    labels: { store: STORE },
    from: 'source'
  },
  {
    name: 'rag_elasticsearch_query_cache_misses_total',
    across: 'max',
    kind: 'counter',
    help: 'Misses of the query cache.',
    labels: { store: STORE },
    from: 'source'
  },
  {
    name: 'rag_elasticsearch_searches_total',
    across: 'max',
    kind: 'counter',
    help: 'Searches on shards.',
    labels: { store: STORE },
    from: 'source'
  },
  {
    name: 'rag_elasticsearch_search_time_seconds_total',
    across: 'max',
    kind: 'counter',
    unit: 'seconds',
    help: 'Time spent in searches on shards.',
    labels: { store: STORE },
    from: 'source'
  },
  {
    name: 'rag_elasticsearch_heap_used_ratio',
    across: 'max',
    kind: 'gauge',
    unit: 'ratio',
    help: 'Share of the heap in use on the fullest node.',
    labels: { store: STORE },
    from: 'source'
  },
  {
    name: 'rag_elasticsearch_gc_time_seconds_total',
    across: 'max',
    kind: 'counter',
    unit: 'seconds',
    help: 'Time spent collecting garbage on all nodes.',
    labels: { store: STORE },
    from: 'source'
  },
  {
    name: 'rag_elasticsearch_breaker_trips_total',
    across: 'max',
    kind: 'counter',
    help: 'Requests refused by a circuit breaker.',
    labels: { store: STORE, breaker: { max: 20 } },
    from: 'source'
  },
  {
    name: 'rag_elasticsearch_fielddata_bytes',
    across: 'max',
    kind: 'gauge',
    unit: 'bytes',
    help: 'Memory of field data on all nodes.',
    labels: { store: STORE },
    from: 'source'
  },
  {
    name: 'rag_elasticsearch_snapshot_last_success_timestamp_seconds',
    across: 'max',
    kind: 'gauge',
    unit: 'seconds',
    help: 'Unix time of the end of the last good snapshot.',
    labels: { store: STORE },
    from: 'source'
  },
  {
    name: 'rag_elasticsearch_snapshot_failures',
    across: 'max',
    kind: 'gauge',
    help: 'Failed snapshots that the repositories list.',
    labels: { store: STORE },
    from: 'source'
  },
  {
    name: 'rag_elasticsearch_overhead_seconds_total',
    kind: 'counter',
    unit: 'seconds',
    help: 'Time of searches outside the cluster: what the caller waited beyond the `took` of the answer.',
    labels: { store: STORE },
    from: 'source'
  },
  {
    name: 'rag_elasticsearch_failed_shards_total',
    kind: 'counter',
    help: 'Shards that failed in the answers to searches.',
    labels: { store: STORE },
    from: 'source'
  }
] as const satisfies readonly MetricDefinition[]
