// What a service calls: obs.fetch and obs.client carry the trace on, record each call once, and are undone by shutdown.
import { createRequire } from 'node:module'
import IORedis from 'ioredis'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { describeWith, type RunningServer, startPostgres, startRedis } from '../../../scripts/test-support.js'
import { type App, frameworks, mountsOf } from './apps.js'
import { samples } from './support.js'
import { type Watched, watch } from './watch.js'

// The driver is a development dependency of core, where its instrumentation is tested.
const { Pool } = createRequire(new URL('../../core/package.json', import.meta.url))('pg') as {
  Pool: new (options: object) => { query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>; end(): Promise<void> }
}

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})
async function watchOne(options: Parameters<typeof watch>[0] = {}): Promise<Watched> {
  const watched = await watch(options)
  stops.push(watched.stop)
  return watched
}
async function serve(watched: Watched): Promise<App> {
  const app = await frameworks[1]!.start(mountsOf(watched.obs))
  stops.push(app.close)
  return app
}

describe('obs.fetch', () => {
  it.each(['trust', 'link', 'restart'] as const)('carries the trace to a service that treats its callers with "%s"', async (incoming) => {
    const [gateway, engine] = [await watchOne({ service: 'gateway' }), await watchOne({ service: 'engine', tracing: { incoming } })]
    const { port } = await serve(engine)
    await gateway.obs.stage('ask', async () => {
      expect(await (await gateway.obs.fetch(`http://127.0.0.1:${port}/users/7`)).json()).toEqual({ id: '7' })
    })
    await engine.settled(1)
    await gateway.obs.flush()
    const [stage, call] = ['ask', 'GET'].map((name) => gateway.sink.spans.find((span) => span.name === name)!)
    const [answer] = engine.sink.servers()
    expect(call).toMatchObject({ kind: 3, traceId: stage!.traceId, parentSpanId: stage!.spanId })
    expect(call!.attributes).toMatchObject({ 'http.request.method': 'GET', 'http.response.status_code': 200 })
    if (incoming === 'trust') expect(answer).toMatchObject({ traceId: call!.traceId, parentSpanId: call!.spanId, links: [] })
    else {
      expect(answer!.traceId).not.toBe(call!.traceId)
      expect(answer).toMatchObject({ parentSpanId: '', links: incoming === 'link' ? [call!.traceId] : [] })
    }
    expect(engine.memory.requests()[0]!['traceId']).toBe(answer!.traceId)
  })

  it('records a call once, also when the global fetch below it is covered', async () => {
    const [gateway, engine] = [await watchOne(), await watchOne()]
    const { port } = await serve(engine)
    const original = globalThis.fetch
    gateway.obs.globals()
    expect(globalThis.fetch).not.toBe(original)
    await gateway.obs.fetch(`http://127.0.0.1:${port}/users/1`)
    await fetch(`http://127.0.0.1:${port}/users/2`)
    await gateway.obs.flush()
    expect(gateway.sink.spans.map(({ kind, attributes }) => [kind, attributes['url.full'] ?? attributes['url.path']])).toHaveLength(2)
    const counts = samples(await gateway.obs.metrics.text(), 'http_client_request_duration_seconds_count')
    expect([...counts.values()]).toEqual([2])
    await gateway.obs.shutdown()
    expect(globalThis.fetch).toBe(original)
  })

  it('records a call that fails and throws what the fetch threw', async () => {
    const { obs, sink } = await watchOne()
    await expect(obs.fetch('http://127.0.0.1:1/')).rejects.toThrow(TypeError)
    await expect(obs.fetch('no url')).rejects.toThrow(TypeError)
    await obs.flush()
    expect(sink.spans.map(({ status, attributes }) => [status, attributes['rag.outcome']])).toEqual([[2, 'error']])
  })
})

describe('obs.client', () => {
  it('refuses what is no client it knows', async () => {
    const { obs } = await watchOne()
    expect(() => obs.client(new Map())).toThrow(/RAG_CORE_CLIENT.*Map.*Fix: /)
  })
})

describeWith(['redis'], 'obs.client on ioredis', () => {
  let server: RunningServer
  beforeAll(async () => {
    server = await startRedis()
    return () => server.stop()
  })

  it('gives the same object back and records each command below the work that sent it, without its values', async () => {
    const { obs, sink } = await watchOne()
    const plain = new IORedis(server.port, '127.0.0.1', { lazyConnect: true })
    await plain.connect()
    stops.push(async () => void (await plain.quit()))
    expect(obs.client(obs.client(plain, { name: 'sessions' }))).toBe(plain)
    await obs.stage('remember', async () => {
      await plain.set('private-key', 'private-value')
      expect(await plain.get('private-key')).toBe('private-value')
    })
    await obs.flush()
    const stage = sink.spans.find(({ name }) => name === 'remember')!
    const commands = sink.spans.filter(({ kind }) => kind === 3)
    expect(commands.map(({ name, parentSpanId }) => [name, parentSpanId])).toEqual([
      ['SET', stage.spanId],
      ['GET', stage.spanId]
    ])
    const page = await obs.metrics.text()
    const counts = samples(page, 'db_client_operation_duration_seconds_count')
    expect([...counts].filter(([labels]) => labels.includes('db_system_name="redis"')).map(([, count]) => count)).toEqual([1, 1])
    expect(page + sink.raw()).not.toContain('private-')
    await obs.shutdown()
    await plain.get('private-key')
    expect(samples(await obs.metrics.text(), 'db_client_operation_duration_seconds_count')).toEqual(counts)
  })
})

describeWith(['postgres'], 'obs.client on pg', () => {
  let server: RunningServer
  beforeAll(async () => {
    server = await startPostgres()
    return () => server.stop()
  })

  it('records each statement of a pool below the work that sent it, without its values', async () => {
    const { obs, sink } = await watchOne()
    const pool = new Pool({ connectionString: server.url })
    stops.push(() => pool.end())
    expect(obs.client(pool)).toBe(pool)
    await pool.query('create table users (id int, mail text)')
    await obs.stage('look up', async () => {
      await pool.query("insert into users values (1, 'private@example.com')")
      expect((await pool.query('select mail from users where id = $1', [1])).rows).toEqual([{ mail: 'private@example.com' }])
    })
    await expect(pool.query('select * from nowhere')).rejects.toMatchObject({ code: '42P01' })
    await obs.flush()
    const stage = sink.spans.find(({ name }) => name === 'look up')!
    const statements = sink.spans.filter(({ kind }) => kind === 3)
    expect(statements.map(({ name, parentSpanId, status }) => [name, parentSpanId === stage.spanId, status])).toEqual([
      ['CREATE users', false, 0],
      ['INSERT users', true, 0],
      ['SELECT users', true, 0],
      ['SELECT nowhere', false, 2]
    ])
    expect((await obs.metrics.text()) + sink.raw()).not.toContain('private@')
  })
})
