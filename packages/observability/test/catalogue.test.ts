// Everything is started and used once, a real Prometheus scrapes it, and what it holds is compared with the catalogue both ways.
import { EventEmitter, once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSavings, createSemanticCache } from '@rag/cache'
import { cacheControl } from '@rag/cache/express'
import { job, type Observer } from '@rag/core'
import { catalogue, type MetricName } from '@rag/core/catalogue'
import { bucketProbe, elasticsearchCollector, postgresCollector, redisCollector } from '@rag/metrics'
import express from 'express'
import { Redis } from 'ioredis'
import OpenAI from 'openai'
import { Pool } from 'pg'
import { expect, it } from 'vitest'
import { describeWith, startPostgres, startPrometheus, startRedis } from '../../../scripts/test-support.js'
import { type Observability, observability } from '../src/index.js'
import { createMemory, request, until } from './support.js'

/** What one healthy machine cannot show, and the test where its condition is made: a replica, an archive, a quota. */
const STORES = 'packages/metrics/test/stores.test.ts'
const RESOURCES = 'packages/metrics/test/resources.test.ts'
const ESTIMATES = 'packages/llm-meter/test/estimate.test.ts'
const ELSEWHERE: Partial<Record<MetricName, string>> = {
  rag_pg_replication_lag_bytes: STORES,
  rag_pg_replication_lag_seconds: STORES,
  rag_redis_replication_lag_seconds: STORES,
  rag_pg_archive_age_seconds: STORES,
  rag_container_cpu_limit_cores: RESOURCES,
  rag_container_memory_limit_bytes: RESOURCES,
  rag_llm_estimated_tokens_total: ESTIMATES,
  rag_llm_estimated_cost_usd_total: ESTIMATES
}

it('looks elsewhere only for what is tested there', () => {
  for (const [name, file] of Object.entries(ELSEWHERE))
    expect(readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8'), file).toMatch(new RegExp(`(\\.get\\(.|^ +)${name}\\b`, 'm'))
})

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** A provider of models, as a wire-level stub: the first call of a model is limited, the next ones are answered. */
function provider(): Server {
  let limited = false
  return createServer(async (message, response) => {
    let text = ''
    for await (const piece of message) text += piece
    const { stream, stream_options: streamOptions } = JSON.parse(text) as { stream?: boolean; stream_options?: { include_usage?: boolean } }
    if (!limited) {
      limited = true
      return void response
        .writeHead(429, { 'content-type': 'application/json', 'retry-after-ms': '5' })
        .end('{"error":{"message":"slow down"}}')
    }
    const limits = {
      'x-ratelimit-limit-requests': '100',
      'x-ratelimit-remaining-requests': '60',
      'x-ratelimit-limit-tokens': '1000',
      'x-ratelimit-remaining-tokens': '500',
      'x-ratelimit-reset-tokens': '6s'
    }
    const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }
    const head = { id: 'c', created: 1, model: 'gpt-4o-mini' }
    if (!stream) {
      const choices = [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Yes' } }]
      return void response
        .writeHead(200, { ...limits, 'content-type': 'application/json' })
        .end(JSON.stringify({ ...head, object: 'chat.completion', choices, usage }))
    }
    response.writeHead(200, { ...limits, 'content-type': 'text/event-stream' })
    const send = (chunk: object) => response.write(`data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', ...chunk })}\n\n`)
    send({ choices: [{ index: 0, delta: { content: 'Yes' } }] })
    send({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })
    if (streamOptions?.include_usage) send({ choices: [], usage })
    response.end('data: [DONE]\n\n')
  })
}

/** A client of Elasticsearch by shape; the official one is held by the tests of the metrics. */
const elastic = () => ({
  diagnostic: new EventEmitter(),
  cluster: { health: async () => ({ status: 'green', active_shards: 1 }) },
  indices: { stats: async () => ({ indices: { docs: { total: { store: { size_in_bytes: 9 } }, primaries: { docs: { count: 3 } } } } }) },
  nodes: {
    stats: async () => ({
      nodes: { n: { jvm: { mem: { heap_used_percent: 40 }, gc: { collectors: {} } }, breakers: { parent: { tripped: 0 } }, indices: {} } }
    })
  },
  snapshot: { get: async () => ({ snapshots: [] }) }
})

describeWith(['redis', 'postgres', 'prometheus'], 'the catalogue beside a real Prometheus', () => {
  it('shows every metric of the catalogue that had traffic and nothing else; the trace of a slow request is found by its exemplar', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rag-catalogue-'))
    const stops: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })]
    try {
      const [redisServer, postgres] = [await startRedis(), await startPostgres()]
      stops.push(
        () => redisServer.stop(),
        () => postgres.stop()
      )
      const memory = createMemory()
      const obs = observability({
        service: 'whole',
        version: '1.0.0',
        logger: { destination: memory },
        metrics: { slow: '1ms', otlp: { url: 'http://127.0.0.1:9', every: '1h' } },
        tracing: { exporter: [] }
      })
      stops.push(() => obs.shutdown())
      const redis = obs.client(new Redis(redisServer.port))
      const pool = obs.client(new Pool({ connectionString: postgres.url }))
      stops.push(
        () => redis.disconnect(),
        () => pool.end()
      )
      const models = provider()
      const modelPort = await listen(models)
      stops.push(() => models.close())
      await useEverything(obs, { redis, pool, modelPort })
      const audit = obs.audit({ file: join(folder, 'audit.log'), key: 'k'.repeat(32) })
      await audit.append({ who: 'user-7', what: 'document.delete' })
      const { port, slow } = await serve(obs, stops)

      const { url } = await obs.admin({ port: 0 })
      const logFile = join(folder, 'log')
      const prometheus = await startPrometheus(
        `global: { scrape_interval: 500ms, scrape_timeout: 500ms }\nscrape_configs: [{ job_name: rag, static_configs: [{ targets: ['${new URL(url).host}'] }] }]\n`,
        { logFile }
      )
      stops.push(() => prometheus.stop())
      const api = async (path: string) => ((await (await fetch(`${prometheus.url}/api/v1/${path}`)).json()) as { data: unknown }).data
      const names = async () => ((await api('label/__name__/values')) as string[]).filter((name) => !/^(up|scrape_)/.test(name))
      await until(async () => (await names()).includes('rag_build_info'), 'the first scrape', 20_000)
      // The requests of this test again, so that their exemplars are younger than the server.
      await request(port, '/slow')
      const family = (name: string): string => {
        const base = name.replace(/_(bucket|sum|count)$/, '')
        return Object.hasOwn(catalogue, base) && catalogue[base as MetricName].kind === 'histogram' ? base : name
      }
      const seen = new Set((await names()).map(family))
      expect(
        [...seen].filter((name) => !Object.hasOwn(catalogue, name)),
        'outside the catalogue'
      ).toEqual([])
      const missing = Object.keys(catalogue).filter((name) => !seen.has(name) && !(name in ELSEWHERE))
      expect(missing, 'in the catalogue, and never shown').toEqual([])
      // What is left out above is left out for a reason that holds here.
      const page = await (await fetch(`${url}/metrics`)).text()
      const types = new Map([...page.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map((match) => [match[1]!, match[2]!]))
      for (const [name, kind] of types) expect(catalogue[name as MetricName].kind, name).toBe(kind)

      await until(async () => (await traceOf(api)) !== undefined, 'an exemplar of the slow route', 10_000)
      const traceId = await traceOf(api)
      const lines = memory.requests().filter((line) => line['route'] === slow)
      expect(lines.map((line) => line['traceId'])).toContain(traceId)
      const log = readFileSync(logFile, 'utf8')
      expect(
        log.split('\n').filter((line) => /level=(warn|error)|append failed|Scrape failed/.test(line) && !/deadline exceeded/.test(line))
      ).toEqual([])
    } finally {
      for (const stop of stops.reverse()) await stop()
    }
  }, 90_000)
})

/** The trace behind the slow route, as a person would look for it: by the exemplars of the buckets above 100 ms. */
async function traceOf(api: (path: string) => Promise<unknown>): Promise<string | undefined> {
  const query = encodeURIComponent('http_server_request_duration_seconds_bucket{http_route="/slow"}')
  const now = Date.now() / 1000
  const found = (await api(`query_exemplars?query=${query}&start=${now - 600}&end=${now + 60}`)) as {
    exemplars: { labels: { trace_id: string }; value: string }[]
  }[]
  return found.flatMap(({ exemplars }) => exemplars).find(({ value }) => Number(value) > 0.1)?.labels.trace_id
}

async function useEverything(
  obs: Observability,
  { redis, pool, modelPort }: { redis: Redis; pool: Pool; modelPort: number }
): Promise<void> {
  await pool.query('CREATE TABLE docs (id serial PRIMARY KEY, body text)')
  await pool.query('SELECT pg_sleep(0.01)')
  await pool.query('ANALYZE docs')
  await redis.set('a', '1')
  obs.metrics.pool(pool, { name: 'docs' })
  await pool.query('SELECT 1')
  for (const collector of [
    postgresCollector(pool, { name: 'docs' }),
    redisCollector(redis, { name: 'cache' }),
    elasticsearchCollector(elastic(), { name: 'search', repository: 'nightly' }),
    bucketProbe({ getBucketVersioning: async () => ({ Status: 'Enabled' }), listObjectVersions: async () => ({}) }, { bucket: 'backups' })
  ])
    await obs.metrics.collect(collector).run()
  await obs.metrics.flush()

  const cache = obs.cache({ name: 'answers', ttl: '1m', redis, bus: true })
  await cache.getOrSet('k', () => 'v', { tags: ['t'] })
  await cache.invalidate({ tags: ['t'] })
  createSavings('answers', { observers: obs.observers }).add('gpt-4o-mini', { tokens: 10, usd: 0.01 })
  const semantic = createSemanticCache({ cache, embed: () => [1, 0], observers: obs.observers })
  await semantic.getOrSet({ tenant: 'a', model: 'm', text: 'What?' }, () => 'That.')

  obs.meter.budget({ name: 'daily', per: 'model', window: '1d', limit: { requests: 100 }, soft: 0.01 })
  const openai = obs.llm(new OpenAI({ apiKey: 'k', baseURL: `http://127.0.0.1:${modelPort}/v1`, maxRetries: 2 }))
  const question = { model: 'gpt-4o-mini', messages: [{ role: 'user' as const, content: 'Well?' }] }
  await openai.chat.completions.create(question)
  for await (const _ of await openai.chat.completions.create({ ...question, stream: true }));

  await obs.stage('retrieve', async (stage) => void stage.set({ documents: 0, topScore: 0.4 }))
  await obs.job('backup', { maxAge: '26h' }, async (job) => void job.set({ sizeBytes: 10 }))
  const broken: Observer = {
    id: 'broken',
    service: 'whole',
    end() {
      throw new Error('an observer of the application')
    }
  }
  await job('watched', { observers: [broken, ...obs.observers] }, async () => {})
  await obs.tool('search', async () => {})
  await obs.agent('planner', async () => {})
  obs.feedback({ target: 'a', score: 1 })
  obs.flag('ranker', 'on')
  obs.release()
  obs.metrics.evaluation({ name: 'faithful', score: 1, prompt: 'answer', promptVersion: '2' })
  obs.metrics.fingerprint({ topK: 8 })
  obs.logger.error(new Error('broken 42'), 'failed for token=abcdefghijklmnop1234')
  obs.metrics.feedback({ score: Number.NaN })
}

async function serve(obs: Observability, stops: (() => unknown)[]): Promise<{ port: number; slow: string }> {
  const app = express()
  app.use(obs.express())
  app.get('/slow', async (_, response) => {
    await new Promise((resolve) => setTimeout(resolve, 150))
    response.send('slow')
  })
  app.get(
    '/cached',
    cacheControl(obs.cache({ name: 'pages', ttl: '1m' }), { maxAge: '1m', purge: () => {} }) as never,
    (_, response) => void response.send('page')
  )
  app.post('/echo', (_, response) => void response.send('ok'))
  const server = createServer(app as never)
  obs.server(server)
  server.on('upgrade', (_, socket) => void socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n'))
  const port = await listen(server)
  stops.push(() => {
    server.closeAllConnections()
    server.close()
  })
  await obs.fetch(`http://127.0.0.1:${port}/echo`, { method: 'POST', body: 'hello' })
  for (const path of ['/slow', '/cached', '/cached', '/nowhere']) await request(port, path)
  for (const text of ['GET / HTTP/1.1\r\nbad header\r\n\r\n', 'GET /ws HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n']) {
    const socket = connect(port, '127.0.0.1', () => socket.end(text)).resume()
    socket.on('error', () => {})
    await once(socket, 'close')
  }
  return { port, slow: '/slow' }
}
