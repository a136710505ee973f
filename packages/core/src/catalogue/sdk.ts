// What this SDK says of itself: build, release, and where every record went.
import type { MetricDefinition } from './types.js'

const SIGNAL = { values: ['logs', 'metrics', 'traces'] } as const

export const sdkMetrics = [
  {
    name: 'rag_build_info',
    kind: 'gauge',
    help: 'Always 1; says what runs.',
    labels: { service: { max: 20 }, version: { max: 20 }, environment: { max: 20 }, node_version: { max: 5 } },
    from: 'source'
  },
  {
    name: 'rag_release_timestamp_seconds',
    kind: 'gauge',
    unit: 'seconds',
    help: 'Unix time at which a release was marked.',
    labels: { version: { max: 20 } },
    from: 'application'
  },
  { name: 'rag_telemetry_recorded_total', kind: 'counter', help: 'Records taken in by a signal.', labels: { signal: SIGNAL }, from: 'source' },
  { name: 'rag_telemetry_exported_total', kind: 'counter', help: 'Records that left the process.', labels: { signal: SIGNAL }, from: 'source' },
  {
    name: 'rag_telemetry_dropped_total',
    kind: 'counter',
    help: 'Records lost, by reason.',
    labels: {
      signal: SIGNAL,
      reason: { values: ['queue_full', 'backend', 'rejected', 'shutdown', 'invalid', 'destination', 'cardinality'] }
    },
    from: 'source'
  },
  { name: 'rag_telemetry_queued', kind: 'gauge', help: 'Records that wait for their exit.', labels: { signal: SIGNAL }, from: 'source' },
  {
    name: 'rag_observer_failures_total',
    kind: 'counter',
    help: 'Records that an observer lost by throwing.',
    labels: { observer: { max: 20 } },
    from: 'source'
  },
  { name: 'rag_masked_total', kind: 'counter', help: 'Secrets masked, by rule.', labels: { rule: { max: 300 } }, from: 'source' }
] as const satisfies readonly MetricDefinition[]
