import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { Counter, Histogram, Registry, Summary } from 'prom-client'
import { afterEach, describe, expect, it } from 'vitest'
import { describeWith, freePort, startListening } from '../../../scripts/test-support.js'
import { createMetrics, type Metrics, type MetricsOptions } from '../src/index.js'
import { announce, codeOf, samples } from './kit.js'
import { checkOtlp, type OtlpMetric } from './otlp-schema.js'

let metrics: Metrics | undefined
const warnings: string[] = []
afterEach(async () => {
  await metrics?.shutdown()
  warnings.length = 0
})
const warn = (message: string) => void warnings.push(message)

describeWith(['pushgateway'], 'a push to a Pushgateway', () => {
  it('leaves the figures of a job under its group, replaces them, and removes them', async () => {
    const server = await startListening('pushgateway')
    metrics = createMetrics({ service: 'test', warn })
    try {
      const gateway = metrics.pushGateway({ url: server.url, job: 'nightly/backup', grouping: { instance: 'é 1', empty: '' } })
      announce(metrics.observer, 'job', { name: 'backup' })
      announce(metrics.observer, 'server')
      expect(await gateway.push()).toBe(true)
      const read = async () => await (await fetch(`${server.url}/metrics`)).text()
      const success = /^rag_job_last_success_timestamp_seconds\{.*job="nightly\/backup".*job_name="backup".*\} (\S+)$/m
      const first = await read()
      expect(Number(success.exec(first)?.[1]) * 1000).toBeGreaterThan(Date.now() - 60_000)
      expect(first).toMatch(/^http_server_request_duration_seconds_bucket\{.*instance="é 1".*le="\+Inf"\} 1$/m)
      expect(first).not.toContain('le="1.0"')
      announce(metrics.observer, 'job', { name: 'backup' })
      expect(await gateway.push()).toBe(true)
      expect(await read()).toMatch(/^rag_job_runs_total\{.*outcome="ok"\} 2$/m)
      expect(await gateway.remove()).toBe(true)
      expect(await read()).not.toContain('rag_job_runs_total')
      expect(warnings).toEqual([])
    } finally {
      await server.stop()
    }
  })
})

it('counts a gateway that is down, refuses or hangs, warns once, and never rejects', async () => {
  const answers: (() => number | undefined)[] = [() => 400, () => undefined]
  const server = createServer((_, response) => {
    const status = answers.shift()?.()
    if (status !== undefined) response.writeHead(status).end('pushed metrics are invalid')
  }).listen(0)
  metrics = createMetrics({ service: 'test', resources: false, warn })
  const down = metrics.pushGateway({ url: `http://127.0.0.1:${await freePort()}`, job: 'a' })
  expect(await down.push()).toBe(false)
  const other = metrics.pushGateway({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, job: 'a', timeout: '200ms' })
  expect(await other.push()).toBe(false)
  expect(await other.push()).toBe(false)
  expect(warnings).toHaveLength(2)
  expect(warnings[1]).toContain('status 400 pushed metrics are invalid')
  expect(samples(await metrics.text()).get('rag_metrics_push_failures_total{target="pushgateway"}')).toBe(3)
  server.closeAllConnections()
  server.close()
})

/** A wire-level stub of a collector: it refuses what the schema of OTLP does not have. */
async function startCollector(): Promise<{
  url: string
  server: Server
  refused: string[]
  received: OtlpMetric[][]
  resources: Record<string, string>[]
  headers: IncomingHttpHeaders[]
  status: number
}> {
  const collector = {
    url: '',
    server: undefined as unknown as Server,
    refused: [] as string[],
    received: [] as OtlpMetric[][],
    resources: [] as Record<string, string>[],
    headers: [] as IncomingHttpHeaders[],
    status: 200
  }
  collector.server = createServer(async (request, response) => {
    const bytes = Buffer.concat(await request.toArray())
    const text = String(request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes)
    collector.headers.push(request.headers)
    if (collector.status !== 200) return void response.writeHead(collector.status).end('{"message":"later"}')
    try {
      const { resource, metrics: all } = checkOtlp(JSON.parse(text))
      collector.received.push(all)
      collector.resources.push(resource)
      response.setHeader('content-type', 'application/json').end('{}')
    } catch (error) {
      collector.refused.push((error as Error).message)
      response.writeHead(400).end(String(error))
    }
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => collector.server.once('listening', resolve))
  collector.url = `http://127.0.0.1:${(collector.server.address() as AddressInfo).port}`
  return collector
}

/** Metrics with these options, and the variables of now, send nothing there. */
async function expectNoPush({ received }: { received: readonly unknown[] }, options: Partial<MetricsOptions>): Promise<void> {
  const silent = createMetrics({ service: 'shop', resources: false, ...options })
  const pushed = received.length
  await silent.flush()
  await silent.shutdown()
  expect(received).toHaveLength(pushed)
}

describe('OTLP, against a wire-level stub', () => {
  it('pushes the same metrics under their OpenTelemetry names, with those of prom-client, and a last time at shutdown', async () => {
    const collector = await startCollector()
    const registry = new Registry()
    new Counter({ name: 'orders_total', help: 'Orders.', labelNames: ['shop'], registers: [registry] }).inc({ shop: 'a' }, 3)
    const theirs = new Histogram({ name: 'size_bytes', help: 'Size.', buckets: [1, 10], registers: [registry] })
    theirs.observe(5)
    theirs.observe(50)
    new Summary({ name: 'age', help: 'Age.', percentiles: [0.5], registers: [registry] }).observe(2)
    const made = createMetrics({
      service: 'shop',
      version: '1.2.0',
      environment: 'ci',
      registry,
      warn,
      otlp: { url: `${collector.url}/v1/metrics`, headers: { 'api-key': 'k' }, every: '1h' }
    })
    for (let count = 0; count < 3; count++) announce(made.observer, 'server')
    await made.flush()
    announce(made.observer, 'server')
    await made.shutdown()
    collector.server.close()
    expect(collector.refused).toEqual([])
    expect(warnings).toEqual([])
    expect(collector.received).toHaveLength(2)
    expect(collector.headers[0]).toMatchObject({ 'api-key': 'k', 'content-type': 'application/json', 'content-encoding': 'gzip' })
    expect(collector.resources[0]).toMatchObject({
      'service.name': 'shop',
      'service.version': '1.2.0',
      'deployment.environment.name': 'ci'
    })
    const [first, last] = collector.received.map((all) => new Map(all.map((metric) => [metric.name, metric])))
    const duration = first!.get('http.server.request.duration')!
    expect(duration).toMatchObject({
      unit: 's',
      points: [{ count: 3, attributes: { 'http.request.method': 'GET', 'http.route': '/users/:id', 'http.response.status_code': '200' } }]
    })
    expect(last!.get('http.server.request.duration')!.points[0]!.count).toBe(4)
    const classes = first!.get('rag_http_server_requests')!.points
    const served = classes.find(({ attributes }) => attributes['http.route'] === '/users/:id' && attributes['status_class'] === '2xx')
    expect(served?.value).toBe(3)
    expect(first!.get('orders')!.points).toMatchObject([{ value: 3, attributes: { shop: 'a' } }])
    expect(first!.get('size_bytes')!.points).toMatchObject([{ count: 2, bucketCounts: [0, 1, 1] }])
    expect(first!.get('age')!.points).toMatchObject([{ count: 1 }])
    expect(first!.get('process.memory.usage')!.points[0]!.value).toBeGreaterThan(1e6)
  })

  it('packs as the option, then the standard variables say', async () => {
    const collector = await startCollector()
    const encodingOf = async (compression?: 'gzip' | 'none') => {
      metrics = createMetrics({
        service: 'test',
        resources: false,
        warn,
        otlp: { url: collector.url, every: '1h', ...(compression && { compression }) }
      })
      await metrics.flush()
      await metrics.shutdown()
      expect(collector.refused).toEqual([])
      return collector.headers.at(-1)!['content-encoding']
    }
    try {
      process.env['OTEL_EXPORTER_OTLP_COMPRESSION'] = 'none'
      expect(await encodingOf()).toBeUndefined()
      expect(await encodingOf('gzip')).toBe('gzip')
      process.env['OTEL_EXPORTER_OTLP_METRICS_COMPRESSION'] = 'gzip'
      expect(await encodingOf()).toBe('gzip')
      expect(await encodingOf('none')).toBeUndefined()
      expect(() => createMetrics({ service: 'test', otlp: { compression: 'br' as never } })).toThrow("use 'gzip' or 'none'")
    } finally {
      delete process.env['OTEL_EXPORTER_OTLP_COMPRESSION']
      delete process.env['OTEL_EXPORTER_OTLP_METRICS_COMPRESSION']
      collector.server.close()
    }
  })

  it('counts a collector that refuses, and loses nothing: the next push carries everything', async () => {
    const collector = await startCollector()
    metrics = createMetrics({ service: 'shop', resources: false, warn, otlp: { url: collector.url, every: '1h' } })
    collector.status = 503
    announce(metrics.observer, 'server')
    await metrics.flush()
    await metrics.flush()
    expect(warnings).toHaveLength(1)
    collector.status = 200
    announce(metrics.observer, 'server')
    await metrics.flush()
    const all = new Map(collector.received[0]!.map((metric) => [metric.name, metric]))
    expect(all.get('http.server.request.duration')!.points[0]!.count).toBe(2)
    expect(all.get('rag_metrics_push_failures')!.points.find(({ attributes }) => attributes['target'] === 'otlp')!.value).toBe(2)
    collector.server.close()
    await metrics.shutdown()
  })

  it('sends native histograms as exponential ones', async () => {
    const collector = await startCollector()
    metrics = createMetrics({ service: 'shop', resources: false, nativeHistograms: true, warn, otlp: { url: collector.url, every: '1h' } })
    for (let count = 0; count < 50; count++) announce(metrics.observer, 'llm')
    await metrics.flush()
    collector.server.close()
    expect(collector.refused).toEqual([])
    const all = new Map(collector.received[0]!.map((metric) => [metric.name, metric]))
    const duration = all.get('gen_ai.client.operation.duration')!
    expect(duration.exponential).toBe(true)
    expect(duration.points[0]!.count).toBe(50)
  })

  it('reads variables as the specification asks: empty ones are not set, names in a list and in any case', async () => {
    const collector = await startCollector()
    const before = { ...process.env }
    Object.assign(process.env, {
      OTEL_METRICS_EXPORTER: 'Prometheus, OTLP ',
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: ' ',
      OTEL_EXPORTER_OTLP_ENDPOINT: ` ${collector.url} `,
      OTEL_EXPORTER_OTLP_METRICS_HEADERS: '',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=a',
      OTEL_EXPORTER_OTLP_TIMEOUT: '99999999999',
      OTEL_RESOURCE_ATTRIBUTES: 'service.version=,deployment.environment.name=',
      NODE_ENV: ''
    })
    try {
      metrics = createMetrics({ service: 'shop', resources: false, warn })
      await metrics.flush()
      expect(warnings).toEqual([])
      expect(collector.headers[0]).toMatchObject({ 'x-tenant': 'a' })
      expect(await metrics.text()).toContain('version="unknown",environment="development"')
      process.env['OTEL_SDK_DISABLED'] = 'TRUE'
      await expectNoPush(collector, { warn })
    } finally {
      process.env = before
      collector.server.close()
    }
  })

  it('takes address and interval from the standard variables, options first', async () => {
    const collector = await startCollector()
    const before = { ...process.env }
    Object.assign(process.env, {
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_METRIC_EXPORT_INTERVAL: '150',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=a%20b'
    })
    try {
      const made = createMetrics({ service: 'shop', resources: false, warn })
      while (collector.received.length < 2) await new Promise((resolve) => setTimeout(resolve, 20))
      expect(collector.headers[0]).toMatchObject({ 'x-tenant': 'a b' })
      await made.shutdown()
      await expectNoPush(collector, { otlp: false })
    } finally {
      process.env = before
      collector.server.close()
    }
  })
})

it('refuses targets that cannot be', () => {
  metrics = createMetrics({ service: 'test', resources: false })
  const push = (options: object) => codeOf(() => metrics!.pushGateway({ url: 'http://127.0.0.1:9091', job: 'a', ...options } as never))
  expect(push({ url: 'gateway:9091' })).toBe('RAG_METRICS_PUSH')
  expect(push({ url: undefined })).toBe('RAG_METRICS_PUSH')
  expect(push({ job: '' })).toBe('RAG_METRICS_PUSH')
  expect(push({ grouping: { job: 'b' } })).toBe('RAG_METRICS_PUSH')
  expect(push({ grouping: { a: 1 } })).toBe('RAG_METRICS_PUSH')
  expect(push({ timeout: 'soon' })).toBe('RAG_CORE_DURATION')
  expect(codeOf(() => createMetrics({ service: 'a', otlp: { url: 'ftp://example.com' } }))).toBe('RAG_METRICS_PUSH')
  expect(codeOf(() => createMetrics({ service: 'a', otlp: { adress: 'x' } as never }))).toBe('RAG_CORE_UNKNOWN_OPTION')
})
