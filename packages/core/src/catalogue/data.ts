// Data stores. OpenTelemetry database metrics, https://opentelemetry.io/docs/specs/semconv/database/database-metrics/
import { SECONDS } from './buckets.js'
import type { MetricDefinition } from './types.js'

const POOL = { max: 20 } as const

export const dataMetrics = [
  {
    name: 'db_client_operation_duration_seconds',
    kind: 'histogram',
    unit: 'seconds',
    help: 'Duration of calls to data stores.',
    labels: { db_system_name: { max: 20 }, db_operation_name: { max: 60 }, outcome: { values: ['ok', 'error', 'aborted', 'timeout'] } },
    buckets: SECONDS,
    from: 'db'
  },
  {
    name: 'rag_db_slow_operations_total',
    kind: 'counter',
    help: 'Calls to data stores that took longer than the threshold for slow ones.',
    labels: { db_system_name: { max: 20 }, db_operation_name: { max: 60 } },
    from: 'db'
  },
  {
    name: 'db_client_connection_count',
    kind: 'gauge',
    help: 'Connections of a pool by state.',
    labels: { db_client_connection_pool_name: POOL, db_client_connection_state: { values: ['idle', 'used'] } },
    from: 'source'
  },
  {
    name: 'db_client_connection_max',
    kind: 'gauge',
    help: 'Most connections that a pool opens.',
    labels: { db_client_connection_pool_name: POOL },
    from: 'source'
  },
  {
    name: 'db_client_connection_pending_requests',
    kind: 'gauge',
    help: 'Callers that wait for a connection of a pool.',
    labels: { db_client_connection_pool_name: POOL },
    from: 'source'
  },
  {
    name: 'db_client_connection_wait_time_seconds',
    kind: 'histogram',
    unit: 'seconds',
    help: 'Time until a pool gave a connection.',
    labels: { db_client_connection_pool_name: POOL },
    buckets: SECONDS,
    from: 'application'
  },
  {
    name: 'rag_db_pool_saturation_ratio',
    across: 'max',
    kind: 'gauge',
    unit: 'ratio',
    help: 'Connections in use and callers waiting, over the most connections that a pool opens; above 1 callers wait.',
    labels: { db_client_connection_pool_name: POOL },
    from: 'source'
  }
] as const satisfies readonly MetricDefinition[]
