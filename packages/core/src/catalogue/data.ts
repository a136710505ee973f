// Data stores. OpenTelemetry database metrics, https://opentelemetry.io/docs/specs/semconv/database/database-metrics/
import { SECONDS } from './buckets.js'
import type { MetricDefinition } from './types.js'

export const dataMetrics = [
  {
    name: 'db_client_operation_duration_seconds',
    kind: 'histogram',
    unit: 'seconds',
    help: 'Duration of calls to data stores.',
    labels: { db_system_name: { max: 20 }, db_operation_name: { max: 60 }, outcome: { values: ['ok', 'error', 'aborted', 'timeout'] } },
    buckets: SECONDS,
    from: 'db'
  }
] as const satisfies readonly MetricDefinition[]
