// Elasticsearch from its statistics, and from the answers to the searches of this process.
import { type Emit, RagError } from '@rag/core'
import type { Collector } from './collector.js'
import { watchSearches } from './search-watch.js'

type Tree = { readonly [field: string]: Tree | number | string | boolean | null | undefined } | undefined
type Call = (parameters?: object) => Promise<unknown>

/** The official client, by shape; version 7 wraps its answers in `body`. */
interface ElasticShape {
  cluster: { health: Call }
  indices: { stats: Call }
  nodes: { stats: Call }
  snapshot: { get: Call }
}

const STATUS: Record<string, number> = { green: 0, yellow: 1, red: 2 }

/**
 * Reads size, documents, shards, caches, heap, garbage collection, breakers, field data and snapshots; and, of the searches that go through
 * this client, failed shards and the time beyond `took`.
 *
 * @throws RagError `RAG_METRICS_STORE` for something that is no client of Elasticsearch.
 * @example
 * metrics.collect(elasticsearchCollector(search, { name: 'documents', repository: 'nightly' }))
 */
export function elasticsearchCollector(client: object, { name, repository }: { name: string; repository?: string }): Collector {
  const search = client as ElasticShape
  if (typeof search?.cluster?.health !== 'function' || typeof search.nodes?.stats !== 'function')
    throw new RagError('RAG_METRICS_STORE', {
      option: 'client',
      problem: 'this is no client of Elasticsearch',
      fix: 'pass new Client({ node })'
    })
  const watch = watchSearches(client)
  return {
    name: `elasticsearch:${name}`,
    close: watch.stop,
    async collect(emit) {
      emit('rag_elasticsearch_overhead_seconds_total', watch.overheadSeconds(), { store: name })
      emit('rag_elasticsearch_failed_shards_total', watch.failedShards(), { store: name })
      readHealth(bodyOf(await search.cluster.health()), emit, name)
      readIndices(bodyOf(await search.indices.stats()), emit, name)
      readNodes(bodyOf(await search.nodes.stats({ metric: 'jvm,breaker,indices' })), emit, name)
      if (repository) readSnapshots(bodyOf(await search.snapshot.get({ repository, snapshot: '_all' })), emit, name)
    }
  }
}

function bodyOf(answer: unknown): Tree {
  const held = (answer as { body?: unknown; statusCode?: unknown } | null) ?? {}
  return (held.body !== undefined && held.statusCode !== undefined ? held.body : answer) as Tree
}

function under(tree: Tree, ...path: string[]): Tree {
  let current: unknown = tree
  for (const step of path) current = (current as Record<string, unknown> | undefined)?.[step]
  return current as Tree
}

function count(tree: Tree, ...path: string[]): number {
  const value = under(tree, ...path) as unknown
  return typeof value === 'number' ? value : 0
}

function readHealth(health: Tree, emit: Emit, store: string): void {
  emit('rag_elasticsearch_cluster_status', STATUS[String(health?.['status'])] ?? 2, { store })
  for (const state of ['active', 'relocating', 'initializing', 'unassigned'])
    emit('rag_elasticsearch_shards', count(health, `${state}_shards`), { store, state })
}

function readIndices(stats: Tree, emit: Emit, store: string): void {
  for (const [index, figures] of Object.entries(under(stats, 'indices') ?? {})) {
    if (index.startsWith('.')) continue
    emit('rag_elasticsearch_index_size_bytes', count(figures as Tree, 'total', 'store', 'size_in_bytes'), { store, index })
    emit('rag_elasticsearch_index_documents', count(figures as Tree, 'primaries', 'docs', 'count'), { store, index })
  }
}

function readNodes(stats: Tree, emit: Emit, store: string): void {
  const nodes = Object.values(under(stats, 'nodes') ?? {}) as Tree[]
  const sum = (...path: string[]) => nodes.reduce((total, node) => total + count(node, ...path), 0)
  emit('rag_elasticsearch_heap_used_ratio', Math.max(0, ...nodes.map((node) => count(node, 'jvm', 'mem', 'heap_used_percent'))) / 100, {
    store
  })
  const collectors = nodes.flatMap((node) => Object.values(under(node, 'jvm', 'gc', 'collectors') ?? {}) as Tree[])
  const gcMs = collectors.reduce((total, collector) => total + count(collector, 'collection_time_in_millis'), 0)
  emit('rag_elasticsearch_gc_time_seconds_total', gcMs / 1000, { store })
  emit('rag_elasticsearch_fielddata_bytes', sum('indices', 'fielddata', 'memory_size_in_bytes'), { store })
  emit('rag_elasticsearch_query_cache_hits_total', sum('indices', 'query_cache', 'hit_count'), { store })
  emit('rag_elasticsearch_query_cache_misses_total', sum('indices', 'query_cache', 'miss_count'), { store })
  emit('rag_elasticsearch_searches_total', sum('indices', 'search', 'query_total'), { store })
  emit('rag_elasticsearch_search_time_seconds_total', sum('indices', 'search', 'query_time_in_millis') / 1000, { store })
  const breakers = new Set(nodes.flatMap((node) => Object.keys(under(node, 'breakers') ?? {})))
  for (const breaker of breakers) emit('rag_elasticsearch_breaker_trips_total', sum('breakers', breaker, 'tripped'), { store, breaker })
}

function readSnapshots(answer: Tree, emit: Emit, store: string): void {
  const snapshots = (under(answer, 'snapshots') as unknown as Tree[] | undefined) ?? []
  const good = snapshots.filter((snapshot) => snapshot?.['state'] === 'SUCCESS')
  emit(
    'rag_elasticsearch_snapshot_last_success_timestamp_seconds',
    Math.max(0, ...good.map((snapshot) => count(snapshot, 'end_time_in_millis'))) / 1000,
    { store }
  )
  emit(
    'rag_elasticsearch_snapshot_failures',
    snapshots.filter((snapshot) => ['FAILED', 'PARTIAL'].includes(String(snapshot?.['state']))).length,
    { store }
  )
}
