// What spans say of operations: the GenAI, HTTP, database and messaging conventions, errors with one chain of causes, limits, old names on request.
import { SpanKind, trace } from '@opentelemetry/api'
import { InMemorySpanExporter, type ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { type Attributes, agent, createFetch, type Kind, observe, runScope, stage, startOperation, tool } from '@rag/core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { freePort } from '../../../scripts/test-support.js'
import { startTracing, type Tracing, type TracingOptions } from '../src/index.js'

let tracing: Tracing
let memory: InMemorySpanExporter
function start(options: Partial<TracingOptions> = {}): void {
  memory = new InMemorySpanExporter()
  tracing = startTracing({ service: 'attributes', exporter: memory, ...options })
}
afterEach(async () => {
  await tracing.shutdown(100)
  vi.unstubAllEnvs()
  trace.disable()
})

async function spansOf(work: () => unknown): Promise<ReadableSpan[]> {
  await runScope({ tenant: 'acme', user: 'ada', tags: { plan: 'pro' } }, [tracing.observer], async () => work())
  await tracing.flush()
  return memory.getFinishedSpans()
}
async function spanOf(work: () => unknown): Promise<ReadableSpan> {
  const [span, ...more] = await spansOf(work)
  expect(more).toEqual([])
  return span!
}
async function operation<K extends Kind>(kind: K, attributes: Partial<Attributes[K]>, error?: unknown): Promise<ReadableSpan> {
  return spanOf(() => startOperation(kind, 'name', attributes as Attributes[K]).end(error ? 'error' : 'ok', error))
}

describe('stages, tools and agents', () => {
  it.each([
    ['ingest', {}, {}],
    ['chunk', { chunks: 12 }, { 'rag.stage.chunks': 12 }],
    ['embed', {}, { 'gen_ai.operation.name': 'embeddings' }],
    [
      'retrieve',
      { topK: 8, documents: 5, topScore: 0.9, index: 'docs' },
      {
        'gen_ai.operation.name': 'retrieval',
        'gen_ai.request.top_k': 8,
        'rag.documents': 5,
        'rag.top_score': 0.9,
        'gen_ai.data_source.id': 'docs'
      }
    ],
    ['rerank', { documents: 3 }, { 'rag.documents': 3 }],
    ['prompt', { 'app.template': 'v3' }, { 'app.template': 'v3' }],
    ['generate', {}, {}]
  ])('stage %s says what it found, for whom', async (name, given, expected) => {
    start()
    const span = await spanOf(() => stage(name, given, () => {}))
    expect(span.name).toBe(name)
    expect(span.attributes).toMatchObject({
      'rag.stage': name,
      'rag.outcome': 'ok',
      'rag.tenant': 'acme',
      'user.id': 'ada',
      'rag.tag.plan': 'pro',
      ...expected
    })
  })

  it('tools and agents have the names of the GenAI conventions, MCP included', async () => {
    start()
    const spans = await spansOf(() =>
      agent('researcher', { agentId: 'a1' }, () =>
        tool('weather', { type: 'function', callId: 'c1', method: 'tools/call', session: 's1' }, () => {})
      )
    )
    expect(spans.map(({ name }) => name)).toEqual(['execute_tool weather', 'invoke_agent researcher'])
    expect(spans[0]!.attributes).toMatchObject({
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'weather',
      'gen_ai.tool.type': 'function',
      'gen_ai.tool.call.id': 'c1',
      'mcp.method.name': 'tools/call',
      'mcp.session.id': 's1'
    })
    expect(spans[1]!.attributes).toMatchObject({
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': 'researcher',
      'gen_ai.agent.id': 'a1'
    })
  })
})

it('every call to another system names it for the service graph', async () => {
  start()
  const calls: [Kind, object, string][] = [
    ['client', { method: 'GET', host: 'engine', scheme: 'http', path: '/', query: '', peerService: 'engine' }, 'engine'],
    ['db', { system: 'postgresql', operation: 'SELECT', peerService: 'main-db' }, 'main-db'],
    ['llm', { provider: 'openai', model: 'm', operation: 'chat', attempts: 1 }, 'openai'],
    ['cache', { cache: 'answers', operation: 'get', layer: 'redis' }, 'redis']
  ]
  for (const [kind, attributes, peer] of calls) {
    memory.reset()
    const span = await operation(kind, attributes as never)
    expect([kind, span.kind, span.attributes['peer.service']]).toEqual([kind, SpanKind.CLIENT, peer])
  }
})

it('a data store says how long it took, waited and which statement was slow; a queue is a producer or a consumer', async () => {
  start()
  const span = await operation('db', {
    system: 'elasticsearch',
    operation: 'search',
    collection: 'docs',
    tookMs: 7,
    failedShards: 1,
    waitMs: 3,
    slow: true,
    fingerprint: 'abc',
    plan: '[]',
    peerService: 'es'
  })
  expect(span.attributes).toMatchObject({
    'db.system.name': 'elasticsearch',
    'rag.db.took_ms': 7,
    'rag.db.failed_shards': 1,
    'rag.db.pool_wait_ms': 3,
    'rag.db.slow': true,
    'rag.db.fingerprint': 'abc',
    'rag.db.plan': '[]'
  })
  memory.reset()
  const [sent, taken] = await spansOf(() => {
    observe('kafka.publish', { destination: 'docs', batchSize: 2 }, () => {})
    observe('kafka.process', { destination: 'docs' }, () => {})
  })
  expect([sent!.kind, sent!.name, taken!.kind]).toEqual([SpanKind.PRODUCER, 'publish docs', SpanKind.CONSUMER])
  expect(sent!.attributes).toMatchObject({
    'messaging.system': 'kafka',
    'messaging.operation.name': 'publish',
    'messaging.destination.name': 'docs',
    'messaging.batch.message_count': 2,
    'peer.service': 'kafka'
  })
})

it.each([
  ['postgresql', Object.assign(new Error('exists'), { name: 'error', code: '23505' }), '23505', '23505'],
  ['postgresql', Object.assign(new Error('away'), { code: 'ECONNREFUSED' }), undefined, 'ECONNREFUSED'],
  ['redis', Object.assign(new Error('WRONGTYPE Operation against'), { name: 'ReplyError' }), 'WRONGTYPE', 'WRONGTYPE'],
  ['redis', new (class SimpleError extends Error {})('NOAUTH Authentication required.'), 'NOAUTH', 'NOAUTH'],
  ['redis', new Error('NOT what Redis said'), undefined, 'Error'],
  ['elasticsearch', Object.assign(new Error('no'), { name: 'ResponseError', meta: { statusCode: 404 } }), '404', '404'],
  ['mongo', Object.assign(new Error('no'), { code: '23505' }), undefined, 'Error']
])('what %s answered instead of a result has its code, and no other error has one', async (system, error, status, type) => {
  start()
  const [span] = await spansOf(() => {
    startOperation('db', 'x', { system, operation: 'x', peerService: system } as never, [tracing.observer]).end('error', error)
  })
  expect([span!.attributes['db.response.status_code'], span!.attributes['error.type']]).toEqual([status, type])
})

it('a call that fetch could not make has the code of what failed, and no other error the code of its cause', async () => {
  start()
  const reached = createFetch({ observers: [tracing.observer] })(`http://127.0.0.1:${await freePort()}/`)
  await expect(reached).rejects.toThrow('fetch failed')
  await tracing.flush()
  const [span] = memory.getFinishedSpans()
  expect(span!.attributes['error.type']).toBe('ECONNREFUSED')
  expect(span!.events[0]!.attributes!['exception.type']).toBe('ECONNREFUSED')
  expect(span!.status.message).toBe('fetch failed')
})

describe('an error', () => {
  it('has a type, and one chain of causes without secrets', async () => {
    start()
    const cause = Object.assign(new Error('password=hunter2hunter2 refused'), { code: 'ECONNREFUSED' })
    const span = await operation(
      'db',
      { system: 'postgresql', operation: 'SELECT', peerService: 'db' },
      new TypeError('query failed', { cause })
    )
    expect(span.attributes['error.type']).toBe('TypeError')
    expect(span.status).toEqual({ code: 2, message: 'query failed' })
    const [exception] = span.events
    expect(exception).toMatchObject({
      name: 'exception',
      attributes: { 'exception.type': 'TypeError', 'exception.message': 'query failed' }
    })
    const stack = String(exception!.attributes!['exception.stacktrace'])
    expect(stack.match(/Caused by: /g)).toHaveLength(1)
    expect(stack).not.toContain('hunter2hunter2')
  })

  const looped = new Error('looped')
  looped.cause = looped
  let endless: unknown = new Error('deepest')
  for (let depth = 0; depth < 5000; depth++) endless = new Error(`cause ${depth}`, { cause: endless })
  const throwing = new Proxy(new Error('x'), {
    get() {
      throw new Error('hostile')
    }
  })
  it.each([
    ['whose causes never end', endless, 'Error'],
    ['that is its own cause', looped, 'Error'],
    ['that throws when it is read', throwing, 'Error'],
    ['that is a text', 'thrown text', 'string'],
    ['that is null-prototype', Object.assign(Object.create(null) as object, { message: 'm' }), 'Error'],
    ['with a code', Object.assign(new Error('m'), { code: 'ETIMEDOUT' }), 'ETIMEDOUT'],
    ['with a name that is no name', Object.assign(new Error('m'), { name: 'a b\nc' }), 'Error']
  ])('%s is told as far as it can be read', async (_, error, type) => {
    start()
    const span = await operation('stage', {}, error)
    expect(span.attributes['error.type']).toBe(type)
    expect(JSON.stringify(span.events).length).toBeLessThan(30_000)
  })
})

it('a wall clock that is set changes no duration', async () => {
  start()
  const span = tracing.provider.getTracer('clock').startSpan('x')
  const wall = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000)
  span.end()
  wall.mockRestore()
  await tracing.flush()
  expect(memory.getFinishedSpans()[0]!.duration[0]).toBe(0)
})

it('limits cut texts, attributes, events and links, and say how many were lost', async () => {
  start({ limits: { attributes: 3, textLength: 10, events: 2, links: 1 } })
  const tracer = tracing.provider.getTracer('limits')
  const span = tracer.startSpan('a name that is long', { attributes: { a: 'x'.repeat(50), b: 2, c: ['y'.repeat(50)], d: 4 } })
  for (let index = 0; index < 4; index++)
    span.addEvent(`event ${index}`).addLink({ context: { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 } })
  span.end()
  await tracing.flush()
  const [found] = memory.getFinishedSpans()
  expect(found!.name).toBe('a name tha')
  expect(found!.attributes).toEqual({ a: 'x'.repeat(10), b: 2, c: ['y'.repeat(10)] })
  expect([found!.droppedAttributesCount, found!.droppedEventsCount, found!.droppedLinksCount]).toEqual([1, 2, 3])
})

describe('OTEL_SEMCONV_STABILITY_OPT_IN', () => {
  const client = { method: 'GET', host: 'engine', port: 80, scheme: 'http', path: '/a', query: '', statusCode: 200, peerService: 'engine' }
  const db = {
    system: 'postgresql',
    operation: 'SELECT',
    statement: 'select ?',
    namespace: 'docs',
    host: 'pg',
    port: 5432,
    peerService: 'pg'
  }
  it.each([
    ['', false, false],
    ['http,database,gen_ai_latest_experimental', false, false],
    ['http/dup', true, false],
    ['database/dup, http/dup', true, true]
  ])('%j: old names beside the stable ones: HTTP %s, database %s', async (variable, http, database) => {
    vi.stubEnv('OTEL_SEMCONV_STABILITY_OPT_IN', variable)
    start()
    const request = (await operation('client', client)).attributes
    memory.reset()
    const statement = (await operation('db', db)).attributes
    expect(request).toMatchObject({ 'http.request.method': 'GET', 'http.response.status_code': 200 })
    expect(statement).toMatchObject({ 'db.system.name': 'postgresql', 'db.query.text': 'select ?' })
    const old = [request['http.method'], request['http.status_code'], request['http.url'], request['net.peer.name']]
    expect(old).toEqual(http ? ['GET', 200, request['url.full'], 'engine'] : [undefined, undefined, undefined, undefined])
    const oldStatement = [statement['db.system'], statement['db.statement'], statement['db.name'], statement['net.peer.port']]
    expect(oldStatement).toEqual(database ? ['postgresql', 'select ?', 'docs', 5432] : [undefined, undefined, undefined, undefined])
  })
})

it('attributes that throw, lie or never end cost themselves only', async () => {
  start()
  const span = await spanOf(() =>
    stage('retrieve', { topK: 8 }, (work) => {
      const hostile: Record<string, unknown> = {
        documents: 3,
        list: [1, 'mixed', null],
        when: new Date(0),
        big: 10n,
        nested: {},
        fn: () => {}
      }
      Object.defineProperty(hostile, 'getter', { enumerable: true, get: () => 'read once' })
      work.set(hostile as never)
      work.mark(
        'event',
        new Proxy(
          {},
          {
            ownKeys() {
              throw new Error('hostile')
            }
          }
        ) as never
      )
    })
  )
  expect(span.attributes).toMatchObject({
    'gen_ai.request.top_k': 8,
    'rag.documents': 3,
    'rag.stage.big': '10',
    'rag.stage.when': '1970-01-01T00:00:00.000Z'
  })
  expect(span.attributes).not.toHaveProperty('rag.stage.nested')
  expect(span.events.map(({ name }) => name)).toEqual(['event'])
})
