// The vendors' own clients of vector stores on a wire-level stub: each call is one span of the store, told by its route.
import dns from 'node:dns'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { trace } from '@opentelemetry/api'
import { InMemorySpanExporter } from '@opentelemetry/sdk-trace-base'
import { Pinecone } from '@pinecone-database/pinecone'
import { QdrantClient } from '@qdrant/js-client-rest'
import { observeGlobals, runScope } from '@rag/core'
import { ChromaClient } from 'chromadb'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import weaviate from 'weaviate-ts-client'
import { startTracing, type Tracing } from '../src/index.js'

/** Routes that the stores have, with an answer that their client takes. A route that is not here is refused, as theirs would. */
const ROUTES: [RegExp, unknown][] = [
  [/^GET \/indexes\/docs$/, () => ({ name: 'docs', metric: 'cosine', dimension: 1, status: {}, spec: {}, host: pineconeHost() })],
  [
    /^POST \/collections\/docs\/points\/(?:search|scroll|query|count|recommend)$/,
    { result: { points: [], count: 1 }, status: 'ok', time: 0 }
  ],
  [/^PUT \/collections\/docs\/points\?/, { result: { operation_id: 1, status: 'completed' }, status: 'ok', time: 0 }],
  [/^POST \/collections\/docs\/points\/delete\?/, { result: { operation_id: 1, status: 'completed' }, status: 'ok', time: 0 }],
  [/^POST \/collections\/docs\/points$/, { result: [], status: 'ok', time: 0 }],
  [/^POST \/query$/, { matches: [], namespace: '' }],
  [/^POST \/vectors\/(?:upsert|update|delete)$/, {}],
  [/^GET \/vectors\/fetch\?/, { vectors: {}, namespace: '' }],
  [/^GET \/vectors\/list\?/, { vectors: [{ id: 'a' }], namespace: '' }],
  [/^POST \/records\/namespaces\/acme\/search$/, { result: { hits: [] }, usage: { readUnits: 1 } }],
  [/^POST \/records\/namespaces\/acme\/upsert$/, {}],
  [/^GET \/v1\/(?:meta|\.well-known\/openid-configuration)$/, { version: '1.30.0' }],
  [/^POST \/v1\/graphql$/, { data: { Get: { Docs: [] } } }],
  [/^POST \/v1\/objects/, { id: '36ddd591-2dee-4e7e-a3cc-eb86d30a4303', class: 'Docs', properties: {} }],
  [/^GET \/v1\/objects\/Docs\//, { id: '36ddd591-2dee-4e7e-a3cc-eb86d30a4303', class: 'Docs', properties: {} }],
  [/^POST \/v1\/batch\/objects/, []],
  [
    /^POST \/api\/v2\/tenants\/default_tenant\/databases\/default_database\/collections$/,
    { id: '36ddd591-2dee-4e7e-a3cc-eb86d30a4303', name: 'docs', metadata: null, configuration_json: {}, tenant: 't', database: 'd' }
  ],
  [
    /^POST \/api\/v2\/.*\/query$/,
    { ids: [[]], include: [], distances: [[]], documents: [[]], metadatas: [[]], embeddings: null, uris: null }
  ],
  [/^POST \/api\/v2\/.*\/get$/, { ids: [], include: [], documents: [], metadatas: [], embeddings: null, uris: null }],
  [/^POST \/api\/v2\/.*\/(?:add|upsert|update|delete)$/, {}],
  [/^GET \/api\/v2\/.*\/count$/, 3],
  [/^GET \/api\/v2\/auth\/identity$/, { user_id: '', tenant: 'default_tenant', databases: ['default_database'] }],
  [/^GET \/api\/v2\/(?:pre-flight-checks|version)$/, { max_batch_size: 100 }]
]

const pineconeHost = (): string => `http://docs-abc.svc.pinecone.io:${port}`

let server: Server
let port: number
let tracing: Tracing
let undo: () => void
const memory = new InMemorySpanExporter()
const carried: string[] = []
const refused: string[] = []

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume()
    const asked = `${request.method} ${request.url}`
    const route = ROUTES.find(([pattern]) => pattern.test(asked) || pattern.test(asked.replace(/\?.*$/, '')))
    carried.push(String(request.headers['traceparent']))
    if (!route) refused.push(asked)
    response.writeHead(route ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(route ? (typeof route[1] === 'function' ? route[1]() : route[1]) : { status: { error: 'no such route' } }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
  // The stores are told by their hosts as well; every name leads to the stub.
  vi.spyOn(dns, 'lookup').mockImplementation(((_host: string, options: { all?: boolean }, done: (...values: unknown[]) => void) => {
    if (options.all) done(null, [{ address: '127.0.0.1', family: 4 }])
    else done(null, '127.0.0.1', 4)
  }) as never)
  tracing = startTracing({ service: 'vectors', exporter: memory, signals: false })
  undo = observeGlobals([tracing.observer])
})
afterAll(async () => {
  undo()
  vi.restoreAllMocks()
  await tracing.shutdown()
  trace.disable()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

type Call = [operation: string, collection: string | undefined, call: () => Promise<unknown>]

const stores: Record<string, () => Promise<Call[]>> = {
  async qdrant() {
    const client = new QdrantClient({ url: `http://qdrant.internal:${port}`, checkCompatibility: false })
    const vector = [0.1, 0.2]
    return [
      ['search', 'docs', () => client.search('docs', { vector, limit: 3 })],
      ['query', 'docs', () => client.query('docs', { query: vector })],
      ['upsert', 'docs', () => client.upsert('docs', { wait: true, points: [{ id: 1, vector }] })],
      ['retrieve', 'docs', () => client.retrieve('docs', { ids: [1] })],
      ['scroll', 'docs', () => client.scroll('docs', { limit: 1 })],
      ['count', 'docs', () => client.count('docs', {})],
      ['recommend', 'docs', () => client.recommend('docs', { positive: [1], limit: 1 })],
      ['delete', 'docs', () => client.delete('docs', { wait: true, points: [1] })]
    ]
  },
  async pinecone() {
    const index = new Pinecone({ apiKey: 'k', controllerHostUrl: `http://api.pinecone.io:${port}` }).index('docs', pineconeHost())
    return [
      ['query', undefined, () => index.query({ vector: [0.1], topK: 3 })],
      ['upsert', undefined, () => index.upsert([{ id: 'a', values: [0.1] }])],
      ['fetch', undefined, () => index.fetch(['a'])],
      ['update', undefined, () => index.update({ id: 'a', values: [0.2] })],
      ['list', undefined, () => index.listPaginated({ limit: 1 })],
      ['delete', undefined, () => index.deleteOne('a')],
      ['search', 'acme', () => index.namespace('acme').searchRecords({ query: { topK: 1, inputs: { text: 'x' } } })],
      ['upsert', 'acme', () => index.namespace('acme').upsertRecords([{ _id: 'a', text: 'x' }])]
    ]
  },
  async weaviate() {
    const client = weaviate.client({ scheme: 'http', host: `weaviate.internal:${port}` })
    const id = '36ddd591-2dee-4e7e-a3cc-eb86d30a4303'
    return [
      [
        'graphql',
        undefined,
        () =>
          client.graphql
            .get()
            .withClassName('Docs')
            .withFields('title')
            .withNearVector({ vector: [0.1] })
            .do()
      ],
      ['insert', undefined, () => client.data.creator().withClassName('Docs').withProperties({ title: 'x' }).do()],
      ['retrieve', 'Docs', () => client.data.getterById().withClassName('Docs').withId(id).do()],
      ['objects', undefined, () => client.batch.objectsBatcher().withObject({ class: 'Docs', properties: {} }).do()]
    ]
  },
  async chroma() {
    const client = new ChromaClient({ host: 'chroma.internal', port, ssl: false })
    const collection = await client.createCollection({ name: 'docs', embeddingFunction: null })
    const id = '36ddd591-2dee-4e7e-a3cc-eb86d30a4303'
    return [
      ['query', id, () => collection.query({ queryEmbeddings: [[0.1]], nResults: 2 })],
      ['add', id, () => collection.add({ ids: ['a'], embeddings: [[0.1]], documents: ['x'] })],
      ['upsert', id, () => collection.upsert({ ids: ['a'], embeddings: [[0.1]] })],
      ['update', id, () => collection.update({ ids: ['a'], embeddings: [[0.1]] })],
      ['get', id, () => collection.get({ ids: ['a'] })],
      ['count', id, () => collection.count()],
      ['delete', id, () => collection.delete({ ids: ['a'] })]
    ]
  }
}

it.each(Object.keys(stores))('%s: each call of the vendor’s client on a wire-level stub is one span of the store', async (system) => {
  const calls = await stores[system]!()
  await tracing.flush()
  for (const [operation, collection, call] of calls) {
    memory.reset()
    carried.length = 0
    await runScope({}, [tracing.observer], call)
    await tracing.flush()
    const spans = memory.getFinishedSpans().filter(({ attributes }) => attributes['db.system.name'] !== undefined)
    expect(
      spans.map(({ attributes }) => [attributes['db.system.name'], attributes['db.operation.name'], attributes['db.collection.name']])
    ).toEqual([[system, operation, collection]])
    expect(spans[0]!.attributes['peer.service']).toBe(system)
    expect(carried.at(-1)).toContain(spans[0]!.spanContext().traceId)
  }
  expect(refused).toEqual([])
})
