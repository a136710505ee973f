// The official client against a wire-level stub: it refuses what Elasticsearch refuses, and answers in its shapes.
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Client } from '@elastic/elasticsearch'
import { expect, it } from 'vitest'
import { createMetrics, elasticsearchCollector } from '../src/index.js'
import { samples } from './kit.js'

const ANSWERS: Record<string, unknown> = {
  '/_cluster/health': { status: 'yellow', active_shards: 5, relocating_shards: 1, initializing_shards: 0, unassigned_shards: 2 },
  '/_stats': {
    indices: {
      docs: { total: { store: { size_in_bytes: 900 } }, primaries: { docs: { count: 30 } } },
      '.security': { total: { store: { size_in_bytes: 1 } }, primaries: { docs: { count: 1 } } }
    }
  },
  '/_nodes/stats/jvm%2Cbreaker%2Cindices': {
    nodes: {
      n1: {
        jvm: { mem: { heap_used_percent: 61 }, gc: { collectors: { young: { collection_time_in_millis: 1500 } } } },
        breakers: { parent: { tripped: 2 } },
        indices: {
          fielddata: { memory_size_in_bytes: 64 },
          query_cache: { hit_count: 7, miss_count: 3 },
          search: { query_total: 11, query_time_in_millis: 2200 }
        }
      }
    }
  },
  '/_snapshot/nightly/_all': { snapshots: [{ state: 'SUCCESS', end_time_in_millis: 1_700_000_000_000 }, { state: 'PARTIAL' }] },
  '/docs/_search': { took: 3, timed_out: false, _shards: { total: 5, successful: 3, skipped: 0, failed: 2 }, hits: { hits: [] } }
}

async function startStub(delayMs: number): Promise<{ server: Server; node: string }> {
  const server = createServer(async (request, response) => {
    for await (const _ of request);
    const path = request.url!.split('?')[0]!.replaceAll(',', '%2C')
    const accepted = (request.headers.accept ?? '').includes('application/vnd.elasticsearch+json')
    response.setHeader('x-elastic-product', 'Elasticsearch')
    response.setHeader('content-type', 'application/vnd.elasticsearch+json;compatible-with=8')
    if (!accepted) return void response.writeHead(406).end('{"error":"not acceptable"}')
    const answer = ANSWERS[path]
    if (!answer) return void response.writeHead(400).end(`{"error":{"type":"illegal_argument_exception","reason":"${path}"},"status":400}`)
    setTimeout(() => response.end(JSON.stringify(answer)), path.endsWith('_search') ? delayMs : 0)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, node: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

it('reads a cluster through the official client, and what its searches waited beyond `took`', async () => {
  const { server, node } = await startStub(80)
  const client = new Client({ node, maxRetries: 0 })
  const metrics = createMetrics({ service: 'test', resources: false })
  const { run, stop } = metrics.collect(elasticsearchCollector(client, { name: 'docs', repository: 'nightly' }))
  await client.search({ index: 'docs' })
  await client.search({ index: 'docs' })
  await run()
  const page = samples(await metrics.text())
  const store = 'store="docs"'
  expect(page.get('rag_collector_failures_total{collector="elasticsearch:docs"}')).toBe(0)
  expect(page.get(`rag_elasticsearch_cluster_status{${store}}`)).toBe(1)
  expect(page.get(`rag_elasticsearch_shards{${store},state="unassigned"}`)).toBe(2)
  expect(page.get(`rag_elasticsearch_index_size_bytes{${store},index="docs"}`)).toBe(900)
  expect(page.has(`rag_elasticsearch_index_size_bytes{${store},index=".security"}`)).toBe(false)
  expect(page.get(`rag_elasticsearch_heap_used_ratio{${store}}`)).toBe(0.61)
  expect(page.get(`rag_elasticsearch_gc_time_seconds_total{${store}}`)).toBe(1.5)
  expect(page.get(`rag_elasticsearch_breaker_trips_total{${store},breaker="parent"}`)).toBe(2)
  expect(page.get(`rag_elasticsearch_query_cache_hits_total{${store}}`)).toBe(7)
  expect(page.get(`rag_elasticsearch_fielddata_bytes{${store}}`)).toBe(64)
  expect(page.get(`rag_elasticsearch_search_time_seconds_total{${store}}`)).toBe(2.2)
  expect(page.get(`rag_elasticsearch_snapshot_last_success_timestamp_seconds{${store}}`)).toBe(1_700_000_000)
  expect(page.get(`rag_elasticsearch_snapshot_failures{${store}}`)).toBe(1)
  expect(page.get(`rag_elasticsearch_failed_shards_total{${store}}`)).toBe(4)
  // Two searches of 80 ms, of which the cluster says it took 3 each.
  expect(page.get(`rag_elasticsearch_overhead_seconds_total{${store}}`)).toBeGreaterThan(0.14)
  server.closeAllConnections()
  server.close()
  await run()
  const down = samples(await metrics.text())
  expect(down.get('rag_collector_failures_total{collector="elasticsearch:docs"}')).toBe(1)
  expect(down.get(`rag_elasticsearch_heap_used_ratio{${store}}`)).toBe(0.61)
  stop()
  expect(client.diagnostic.listenerCount('response')).toBe(0)
  await metrics.shutdown()
  await client.close()
})
