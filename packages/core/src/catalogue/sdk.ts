// What this SDK says of itself: build, release, and where every record went.
import type { MetricDefinition } from './types.js'

const SIGNAL = { values: ['logs', 'metrics', 'traces'] } as const

export const sdkMetrics = [
  {
    name: 'rag_build_info',
    across: 'max',
    kind: 'gauge',
    help: 'Always 1; says what runs.',
    labels: { service: { max: 20 }, version: { max: 20 }, environment: { max: 20 }, node_version: { max: 5 } },
    from: 'source'
  },
  {
    name: 'rag_release_timestamp_seconds',
    across: 'max',
    kind: 'gauge',
    unit: 'seconds',
    help: 'Unix time at which a release was marked.',
    labels: { version: { max: 20 } },
    from: 'application'
  },
  {
    name: 'rag_telemetry_recorded_total',
    kind: 'counter',
    help: 'Records taken in by a signal.',
    labels: { signal: SIGNAL },
    from: 'source'
  },
  {
    name: 'rag_telemetry_exported_total',
    kind: 'counter',
    help: 'Records that left the process.',
    labels: { signal: SIGNAL },
    from: 'source'
  },
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
  {
    name: 'rag_metrics_overflow_total',
    kind: 'counter',
    help: 'Label sets asked for beyond the bounds of a metric; they went into the value `__other__`.',
    labels: { metric: { max: 500 } },
    from: 'source'
  },
  {
    name: 'rag_metrics_invalid_total',
    kind: 'counter',
    help: 'Values that no metric could take, by reason: not a number, a negative increment, wrong labels.',
    labels: { reason: { values: ['value', 'negative', 'labels', 'unknown_metric'] } },
    from: 'source'
  },
  { name: 'rag_metrics_series', kind: 'gauge', help: 'Label sets held in this process.', from: 'source' },
  {
    name: 'rag_metrics_scrape_duration_seconds',
    across: 'max',
    kind: 'gauge',
    unit: 'seconds',
    help: 'Time that the last scrape took, pauses for other work included.',
    from: 'source'
  },
  {
    name: 'rag_metrics_push_failures_total',
    kind: 'counter',
    help: 'Pushes of the metrics that were refused or not answered; the next one carries what they would have.',
    labels: { target: { values: ['otlp', 'pushgateway'] } },
    from: 'source'
  },
  {
    name: 'rag_metrics_push_last_success_timestamp_seconds',
    across: 'max',
    kind: 'gauge',
    unit: 'seconds',
    help: 'Unix time of the last push of the metrics that was taken; 0 until one is.',
    labels: { target: { values: ['otlp', 'pushgateway'] } },
    from: 'source'
  },
  {
    name: 'rag_metrics_members',
    kind: 'gauge',
    help: 'Processes and threads of this service whose figures are added to those of this one.',
    labels: { kind: { values: ['process', 'thread'] } },
    from: 'source'
  },
  {
    name: 'rag_collector_last_success_timestamp_seconds',
    across: 'max',
    kind: 'gauge',
    unit: 'seconds',
    help: 'Unix time at which a collector that runs on its own schedule last succeeded; 0 until it does.',
    labels: { collector: { max: 50 } },
    from: 'source'
  },
  {
    name: 'rag_collector_failures_total',
    kind: 'counter',
    help: 'Runs of a collector that failed or ran out of time.',
    labels: { collector: { max: 50 } },
    from: 'source'
  },
  {
    name: 'rag_config_fingerprint_info',
    across: 'max',
    kind: 'gauge',
    help: 'Always 1; the label changes with any non-secret part of the configuration.',
    labels: { fingerprint: { max: 5 } },
    from: 'application'
  },
  { name: 'rag_masked_total', kind: 'counter', help: 'Secrets masked, by rule.', labels: { rule: { max: 300 } }, from: 'source' }
] as const satisfies readonly MetricDefinition[]
