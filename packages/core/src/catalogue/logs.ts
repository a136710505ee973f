// Log lines, the patterns among them, and the audit log.
import type { MetricDefinition } from './types.js'

const LEVEL = { values: ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] } as const
const AUDIT_LOG = { max: 20 } as const

export const logMetrics = [
  {
    name: 'rag_log_events_total',
    kind: 'counter',
    help: 'Lines logged, by level and by the component that logged them: `http` for request lines, `none` for a logger without one.',
    labels: { level: LEVEL, component: { max: 50 } },
    from: 'source'
  },
  {
    name: 'rag_log_left_out_total',
    kind: 'counter',
    help: 'Lines of healthy requests left out on purpose: health checks, and those beyond the share that is logged.',
    labels: { reason: { values: ['quiet', 'sampled'] } },
    from: 'source'
  },
  {
    name: 'rag_log_fingerprints_total',
    kind: 'counter',
    help: 'Errors of a kind that this process had not logged before.',
    from: 'source'
  },
  {
    name: 'rag_log_fingerprint_events_total',
    kind: 'counter',
    help: 'Errors logged, by their kind; the first kinds that a process meets have a name of their own.',
    labels: { fingerprint: { max: 50 } },
    from: 'source'
  },
  { name: 'rag_log_unreadable_total', kind: 'counter', help: 'Records that threw while they were read and were replaced.', from: 'source' },
  {
    name: 'rag_audit_records_total',
    kind: 'counter',
    help: 'Audit records acknowledged as durable.',
    labels: { log: AUDIT_LOG },
    from: 'source'
  },
  {
    name: 'rag_audit_failures_total',
    kind: 'counter',
    help: 'Audit records refused because they could not be made durable.',
    labels: { log: AUDIT_LOG },
    from: 'source'
  },
  {
    name: 'rag_audit_broken_total',
    kind: 'counter',
    help: 'Checks that found an audit log not as it was written.',
    labels: { log: AUDIT_LOG },
    from: 'source'
  },
  {
    name: 'rag_audit_verified_timestamp_seconds',
    kind: 'gauge',
    unit: 'seconds',
    help: 'Unix time at which the audit log was last found intact; 0 until then.',
    labels: { log: AUDIT_LOG },
    from: 'source'
  }
] as const satisfies readonly MetricDefinition[]
