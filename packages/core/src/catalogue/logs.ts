// Log lines and the patterns among them.
import type { MetricDefinition } from './types.js'

export const logMetrics = [
  {
    name: 'rag_log_events_total',
    kind: 'counter',
    help: 'Lines logged, by level.',
    labels: { level: { values: ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] } },
    from: 'source'
  },
  {
    name: 'rag_log_fingerprints_total',
    kind: 'counter',
    help: 'Errors of a kind that this process had not logged before.',
    from: 'source'
  },
  { name: 'rag_log_unreadable_total', kind: 'counter', help: 'Records that threw while they were read and were replaced.', from: 'source' }
] as const satisfies readonly MetricDefinition[]
