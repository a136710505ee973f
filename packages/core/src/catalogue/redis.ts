// Redis as INFO shows it; read by a collector on its own schedule.
import type { MetricDefinition } from './types.js'

const STORE = { max: 10 } as const

export const redisMetrics = [
  {
    name: 'rag_redis_memory_used_bytes',
    across: 'max',
    kind: 'gauge',
    unit: 'bytes',
    help: 'Memory in use.',
    labels: { store: STORE },
    from: 'source'
  },
  {
    name: 'rag_redis_memory_max_bytes',
    across: 'max',
    kind: 'gauge',
    unit: 'bytes',
    help: 'Memory limit; 0 is none.',
    labels: { store: STORE },
    from: 'source'
  },
  {
    name: 'rag_redis_memory_fragmentation_ratio',
    across: 'max',
    kind: 'gauge',
    unit: 'ratio',
    help: 'Resident over used memory.',
    labels: { store: STORE },
    from: 'source'
  },
  { name: 'rag_redis_clients', across: 'max', kind: 'gauge', help: 'Connected clients.', labels: { store: STORE }, from: 'source' },
  {
    name: 'rag_redis_blocked_clients',
    across: 'max',
    kind: 'gauge',
    help: 'Clients that wait in a blocking command.',
    labels: { store: STORE },
    from: 'source'
  },
  { name: 'rag_redis_keys', across: 'max', kind: 'gauge', help: 'Keys.', labels: { store: STORE }, from: 'source' },
  {
    name: 'rag_redis_keys_with_expiry',
    across: 'max',
    kind: 'gauge',
    help: 'Keys with a time to live.',
    labels: { store: STORE },
    from: 'source'
  },
  {
    name: 'rag_redis_hits_total',
    across: 'max',
    kind: 'counter',
    help: 'Look-ups that found their key.',
    labels: { store: STORE },
    from: 'source'
  },
  {
    name: 'rag_redis_misses_total',
    across: 'max',
    kind: 'counter',
    help: 'Look-ups that did not find their key.',
    labels: { store: STORE },
    from: 'source'
  },
  {
    name: 'rag_redis_evicted_keys_total',
    across: 'max',
    kind: 'counter',
    help: 'Keys given up for want of memory.',
    labels: { store: STORE },
    from: 'source'
  },
  {
    name: 'rag_redis_expired_keys_total',
    across: 'max',
    kind: 'counter',
    help: 'Keys whose time was over.',
    labels: { store: STORE },
    from: 'source'
  },
  {
    name: 'rag_redis_commands_total',
    across: 'max',
    kind: 'counter',
    help: 'Commands processed.',
    labels: { store: STORE },
    from: 'source'
  },
  {
    name: 'rag_redis_rejected_connections_total',
    across: 'max',
    kind: 'counter',
    help: 'Connections refused because of the limit of clients.',
    labels: { store: STORE },
    from: 'source'
  },
  {
    name: 'rag_redis_persistence_last_save_timestamp_seconds',
    across: 'max',
    kind: 'gauge',
    unit: 'seconds',
    help: 'Unix time of the last save.',
    labels: { store: STORE },
    from: 'source'
  },
  {
    name: 'rag_redis_persistence_ok',
    across: 'max',
    kind: 'gauge',
    help: '1 when the last save and append succeeded.',
    labels: { store: STORE },
    from: 'source'
  },
  { name: 'rag_redis_replicas', across: 'max', kind: 'gauge', help: 'Connected replicas.', labels: { store: STORE }, from: 'source' },
  {
    name: 'rag_redis_replication_lag_seconds',
    across: 'max',
    kind: 'gauge',
    unit: 'seconds',
    help: 'On a replica the time since it heard from its primary; on a primary the time since the slowest replica confirmed.',
    labels: { store: STORE },
    from: 'source'
  }
] as const satisfies readonly MetricDefinition[]
