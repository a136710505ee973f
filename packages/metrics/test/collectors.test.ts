import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import { bucketProbe, createMetrics, elasticsearchCollector, type Metrics, postgresCollector, redisCollector } from '../src/index.js'
import { codeOf, samples } from './kit.js'

async function pageOf(prepare: (metrics: Metrics) => Promise<unknown>): Promise<Map<string, number>> {
  const metrics = createMetrics({ service: 'test', resources: false })
  await prepare(metrics)
  const page = samples(await metrics.text())
  await metrics.shutdown()
  return page
}

const elastic = () => ({
  diagnostic: new EventEmitter(),
  cluster: {
    health: async () => ({ status: 'yellow', active_shards: 5, relocating_shards: 0, initializing_shards: 0, unassigned_shards: 2 })
  },
  indices: {
    stats: async () => ({
      indices: { docs: { total: { store: { size_in_bytes: 900 } }, primaries: { docs: { count: 30 } } }, '.internal': {} }
    })
  },
  nodes: {
    stats: async () => ({
      nodes: {
        n1: {
          jvm: {
            mem: { heap_used_percent: 40 },
            gc: { collectors: { young: { collection_time_in_millis: 1500 }, old: { collection_time_in_millis: 500 } } }
          },
          breakers: { parent: { tripped: 2 } },
          indices: {
            fielddata: { memory_size_in_bytes: 64 },
            query_cache: { hit_count: 7, miss_count: 3 },
            search: { query_total: 11, query_time_in_millis: 2200 }
          }
        },
        n2: { jvm: { mem: { heap_used_percent: 75 }, gc: { collectors: {} } }, breakers: { parent: { tripped: 1 } }, indices: {} }
      }
    })
  },
  snapshot: { get: async () => ({ snapshots: [{ state: 'SUCCESS', end_time_in_millis: 1_700_000_000_000 }, { state: 'FAILED' }] }) }
})

it('reads Elasticsearch and the searches that go through its client', async () => {
  const client = elastic()
  const page = await pageOf(async (metrics) => {
    const { run } = metrics.collect(elasticsearchCollector(client, { name: 'docs', repository: 'nightly' }))
    const result = { meta: { request: { id: 1 } }, body: { took: 0, _shards: { failed: 2 } } }
    client.diagnostic.emit('request', null, result)
    await new Promise((resolve) => setTimeout(resolve, 20))
    client.diagnostic.emit('response', null, result)
    await run()
  })
  const store = 'store="docs"'
  expect(page.get(`rag_elasticsearch_cluster_status{${store}}`)).toBe(1)
  expect(page.get(`rag_elasticsearch_shards{${store},state="unassigned"}`)).toBe(2)
  expect(page.get(`rag_elasticsearch_index_documents{${store},index="docs"}`)).toBe(30)
  expect(page.has(`rag_elasticsearch_index_documents{${store},index=".internal"}`)).toBe(false)
  expect(page.get(`rag_elasticsearch_heap_used_ratio{${store}}`)).toBe(0.75)
  expect(page.get(`rag_elasticsearch_gc_time_seconds_total{${store}}`)).toBe(2)
  expect(page.get(`rag_elasticsearch_breaker_trips_total{${store},breaker="parent"}`)).toBe(3)
  expect(page.get(`rag_elasticsearch_snapshot_last_success_timestamp_seconds{${store}}`)).toBe(1_700_000_000)
  expect(page.get(`rag_elasticsearch_snapshot_failures{${store}}`)).toBe(1)
  expect(page.get(`rag_elasticsearch_failed_shards_total{${store}}`)).toBe(2)
  expect(page.get(`rag_elasticsearch_overhead_seconds_total{${store}}`)).toBeGreaterThan(0.01)
  expect(client.diagnostic.listenerCount('request')).toBe(0)
})

it('probes a bucket; nothing configured is 0', async () => {
  const notFound = Object.assign(new Error('none'), { name: 'NoSuchLifecycleConfiguration' })
  const page = await pageOf((metrics) =>
    metrics
      .collect(
        bucketProbe(
          {
            getBucketVersioning: async () => ({ Status: 'Enabled' }),
            getBucketReplication: async () => ({ ReplicationConfiguration: { Rules: [{ Status: 'Disabled' }] } }),
            getBucketLifecycleConfiguration: () => Promise.reject(notFound),
            listObjectVersions: async ({ KeyMarker }) =>
              KeyMarker
                ? { DeleteMarkers: [{ LastModified: new Date() }] }
                : { DeleteMarkers: [{ LastModified: new Date() }, { LastModified: new Date(0) }], IsTruncated: true, NextKeyMarker: 'b' }
          },
          { bucket: 'backups' }
        )
      )
      .run()
  )
  expect(page.get('rag_bucket_versioning_enabled{bucket="backups"}')).toBe(1)
  expect(page.get('rag_bucket_replication_enabled{bucket="backups"}')).toBe(0)
  expect(page.get('rag_bucket_lifecycle_rules{bucket="backups"}')).toBe(0)
  expect(page.get('rag_bucket_delete_markers{bucket="backups"}')).toBe(2)
})

it('keeps what a collector found before it failed, and forgets after five failures', async () => {
  const metrics = createMetrics({ service: 'test', resources: false })
  let fails = false
  const { run } = metrics.collect({
    name: 'own',
    async collect(emit) {
      emit('rag_redis_keys', 1, { store: 'a' })
      if (fails) throw new Error('down')
      emit('rag_redis_clients', 2, { store: 'a' })
    }
  })
  await run()
  fails = true
  await run()
  expect(samples(await metrics.text()).get('rag_redis_clients{store="a"}')).toBe(2)
  for (let count = 0; count < 4; count++) await run()
  const page = samples(await metrics.text())
  expect(page.has('rag_redis_clients{store="a"}')).toBe(false)
  expect(page.get('rag_collector_failures_total{collector="own"}')).toBe(5)
  await metrics.shutdown()
})

it('fingerprints a configuration without its secrets', async () => {
  const metrics = createMetrics({ service: 'test', resources: false })
  const first = metrics.fingerprint({ b: 1, a: { topK: 8, password: 'one' } })
  expect(metrics.fingerprint({ a: { password: 'two', topK: 8 }, b: 1 })).toBe(first)
  expect(metrics.fingerprint({ a: { password: 'two', topK: 9 }, b: 1 })).not.toBe(first)
  const page = [...samples(await metrics.text()).keys()].filter((name) => name.startsWith('rag_config_fingerprint_info'))
  expect(page).toHaveLength(1)
  await metrics.shutdown()
})

it('refuses what it cannot read', () => {
  const metrics = createMetrics({ service: 'test', resources: false })
  expect(codeOf(() => postgresCollector({}, { name: 'a' }))).toBe('RAG_METRICS_STORE')
  expect(codeOf(() => redisCollector({}, { name: 'a' }))).toBe('RAG_METRICS_STORE')
  expect(codeOf(() => elasticsearchCollector({}, { name: 'a' }))).toBe('RAG_METRICS_STORE')
  expect(codeOf(() => bucketProbe({} as never, { bucket: 'a' }))).toBe('RAG_METRICS_STORE')
  expect(codeOf(() => metrics.pool({}, { name: 'a' }))).toBe('RAG_METRICS_STORE')
})
