// The figures of the index: its size and growth from the stores themselves, and what the service knows about them.
import type { Client } from '@elastic/elasticsearch'
import { elasticsearchCollector, postgresCollector } from '@rag/metrics'
import type { Store } from '@rag-example/store'
import type { Pool } from 'pg'

export interface IndexFigures {
  readonly pool: Pool
  readonly elasticsearch: Client | undefined
  readonly store: Store
  /** Changes that some cache has not been told of. */
  waiting(): number
}
type Gauge = { set(labels: object, value: number): void }
interface MetricsLike {
  collect(collector: ReturnType<typeof postgresCollector>, options: object): unknown
  defineMetric(definition: { name: string; kind: 'gauge'; help: string }): Gauge
  pool(pool: object, options: { name: string }): unknown
}

const EVERY = '2s'

export function indexFigures(metrics: MetricsLike, { pool, elasticsearch, store, waiting }: IndexFigures): void {
  metrics.pool(pool, { name: 'documents' })
  metrics.collect(postgresCollector(pool, { name: 'documents' }), { every: '15s' })
  if (elasticsearch) metrics.collect(elasticsearchCollector(elasticsearch, { name: 'passages' }), { every: '15s' })
  const documents = metrics.defineMetric({ name: 'example_index_documents', kind: 'gauge', help: 'Documents in the index.' })
  const passages = metrics.defineMetric({ name: 'example_index_passages', kind: 'gauge', help: 'Passages in the index.' })
  const untold = metrics.defineMetric({
    name: 'example_index_changes_untold',
    kind: 'gauge',
    help: 'Changes of documents that a cache has not been told of yet.'
  })
  const collect = async () => {
    const sizes = await store.sizes()
    documents.set({}, sizes.documents)
    passages.set({}, sizes.passages)
    untold.set({}, waiting())
  }
  metrics.collect({ name: 'index', collect }, { every: EVERY })
}
