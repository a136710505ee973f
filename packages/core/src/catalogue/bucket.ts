// Object storage as a probe over any S3-shaped client sees it.
import type { MetricDefinition } from './types.js'

const BUCKET = { max: 20 } as const

export const bucketMetrics = [
  {
    name: 'rag_bucket_versioning_enabled',
    across: 'max',
    kind: 'gauge',
    help: '1 when the bucket keeps versions.',
    labels: { bucket: BUCKET },
    from: 'source'
  },
  {
    name: 'rag_bucket_replication_enabled',
    across: 'max',
    kind: 'gauge',
    help: '1 when a replication rule of the bucket is on.',
    labels: { bucket: BUCKET },
    from: 'source'
  },
  {
    name: 'rag_bucket_lifecycle_rules',
    across: 'max',
    kind: 'gauge',
    help: 'Lifecycle rules of the bucket that are on.',
    labels: { bucket: BUCKET },
    from: 'source'
  },
  {
    name: 'rag_bucket_delete_markers',
    across: 'max',
    kind: 'gauge',
    help: 'Delete markers younger than the window of the probe.',
    labels: { bucket: BUCKET },
    from: 'source'
  }
] as const satisfies readonly MetricDefinition[]
