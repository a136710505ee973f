import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Client } from '@elastic/elasticsearch'
import { trace } from '@opentelemetry/api'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { drain, type Observer, type Operation, observeClient, observeGlobals, releaseClient } from '../../src/index.js'
import { recordingObserver } from '../../src/test-suite/index.js'

/** Answers on the wire as the server does: without the product header the official client refuses to go on. */
let stub: Server
let node: string

beforeAll(async () => {
  stub = createServer((request, response) => {
    const missing = request.url?.startsWith('/missing')
    response.writeHead(missing ? 404 : 200, {
      'x-elastic-product': 'Elasticsearch',
      'content-type': 'application/vnd.elasticsearch+json;compatible-with=8'
    })
    response.end(
      JSON.stringify(
        missing
          ? { error: { type: 'index_not_found_exception' }, status: 404 }
          : { took: 7, _shards: { total: 3, failed: 1 }, hits: { hits: [] } }
      )
    )
  })
  await new Promise<void>((resolve) => stub.listen(0, '127.0.0.1', resolve))
  node = `http://127.0.0.1:${(stub.address() as AddressInfo).port}`
})
afterAll(() => stub.close())

it('records the calls of the official client against a wire-level stub, with what the cluster took', async () => {
  const recorder = recordingObserver()
  const plain = new Client({ node })
  const client = observeClient(plain, { observers: [recorder] })
  expect(client).toBe(plain)
  await client.search({ index: 'documents', query: { match: { text: 'secret words' } } })
  await expect(client.search({ index: 'missing' })).rejects.toMatchObject({ statusCode: 404 })
  drain()
  const operations = recorder.operations as Operation<'db'>[]
  expect(operations.map(({ name, outcome }) => [name, outcome])).toEqual([
    ['search documents', 'ok'],
    ['search missing', 'error']
  ])
  expect(operations[0]!.attributes).toMatchObject({ tookMs: 7, failedShards: 1 })
  expect(JSON.stringify(operations.map(({ attributes }) => attributes))).not.toContain('secret')
  releaseClient(client)
  await client.search({ index: 'documents' })
  drain()
  expect(operations).toHaveLength(2)
  await client.close()
})

it('notes each further attempt of the official client on a wire-level stub, and calls of the transport are no requests of their own', async () => {
  let refusals = 2
  const flaky = createServer((_request, response) => {
    const refused = refusals-- > 0
    response.writeHead(refused ? 503 : 200, { 'x-elastic-product': 'Elasticsearch', 'content-type': 'application/json' })
    response.end(JSON.stringify(refused ? { error: 'busy' } : { took: 2, hits: { hits: [] } }))
  })
  await new Promise<void>((resolve) => flaky.listen(0, '127.0.0.1', resolve))
  const recorder = recordingObserver()
  const undo = observeGlobals([recorder])
  const client = observeClient(new Client({ node: `http://127.0.0.1:${(flaky.address() as AddressInfo).port}`, maxRetries: 3 }), {
    observers: [recorder]
  })
  await client.search({ index: 'documents' })
  const operations = await recorder.settled(1)
  expect(operations.map(({ kind, name, outcome }) => [kind, name, outcome])).toEqual([['db', 'search documents', 'ok']])
  expect(operations[0]!.marks.filter(({ event }) => event === 'retry')).toHaveLength(2)
  undo()
  await client.close()
  flaky.closeAllConnections()
  flaky.close()
})

it('a call of the official client on a wire-level stub is one span: that of the client itself is not made beside ours', async () => {
  const memory = new InMemorySpanExporter()
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(memory)] }))
  const recorder = recordingObserver()
  const traced = { ...recordingObserver({ id: 'tracing' }), span: () => undefined }
  const spansWith = async (observers: Observer[], options?: object): Promise<string[]> => {
    memory.reset()
    const client = observeClient(new Client({ node }), { observers })
    await client.search({ index: 'documents' }, options)
    await client.close()
    return memory.getFinishedSpans().map(({ name }) => name)
  }
  try {
    // Who only counts takes no span away, and who asks the client for its own gets it.
    expect(await spansWith([recorder])).toEqual(['search'])
    expect(await spansWith([recorder, traced])).toEqual([])
    expect(await spansWith([recorder, traced], { openTelemetry: { enabled: true } })).toEqual(['search'])
  } finally {
    trace.disable()
  }
})
