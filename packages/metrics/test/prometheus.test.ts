import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Span, TraceFlags, trace } from '@opentelemetry/api'
import type { Observer } from '@rag/core'
import { Registry, Summary } from 'prom-client'
import { expect, it } from 'vitest'
import { describeWith, type RunningServer, startPrometheus } from '../../../scripts/test-support.js'
import { createMetrics, type Metrics } from '../src/index.js'
import { announceAll } from './kit.js'

interface Result {
  metric: Record<string, string>
  value: [number, string]
}

/** Scrapes one service until Prometheus has a sample of it. */
async function scraped(
  metrics: Metrics<never>,
  features: string[],
  check: (prometheus: RunningServer, query: (expression: string) => Promise<Result[]>, log: () => string) => Promise<void>
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'rag-prometheus-'))
  const logFile = join(folder, 'log')
  const { url } = await metrics.admin({ port: 0 })
  const prometheus = await startPrometheus(
    `global: { scrape_interval: 300ms, scrape_timeout: 300ms }\nscrape_configs: [{ job_name: rag, static_configs: [{ targets: ['${new URL(url).host}'] }] }]\n`,
    { features, logFile }
  )
  const query = async (expression: string): Promise<Result[]> => {
    const answer = await fetch(`${prometheus.url}/api/v1/query?query=${encodeURIComponent(expression)}`)
    return ((await answer.json()) as { data: { result: Result[] } }).data.result
  }
  try {
    for (let tries = 0; (await query('rag_build_info')).length === 0; tries++) {
      if (tries > 100) throw new Error(`never scraped: ${readFileSync(logFile, 'utf8').slice(-2000)}`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    await check(prometheus, query, () => readFileSync(logFile, 'utf8'))
  } finally {
    await prometheus.stop()
    await metrics.shutdown()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Lines of its log that complain; a page that Prometheus cannot read shows here. */
const complaints = (log: string) =>
  log.split('\n').filter((line) => /level=(warn|error)|append failed|Error on ingesting|Scrape failed/.test(line))

const traceId = '0af7651916cd43dd8448eb211c80319c'
const span = trace.wrapSpanContext({ traceId, spanId: 'b7ad6b7169203331', traceFlags: TraceFlags.SAMPLED })
const tracing: Observer = { id: 'tracing', service: 'test', span: () => span as Span }

describeWith(['prometheus'], 'a real Prometheus', () => {
  it('reads the page without a complaint, keeps types and exemplars', async () => {
    const registry = new Registry()
    new Summary({ name: 'age_days', help: 'Age "of"\\documents.', registers: [registry] }).observe(2)
    const metrics = createMetrics({ service: 'test', registry })
    announceAll(metrics.observer, [tracing])
    await scraped(metrics as never, ['exemplar-storage'], async (prometheus, query, log) => {
      const get = async (path: string) => ((await (await fetch(`${prometheus.url}${path}`)).json()) as { data: never }).data
      const targets = await get('/api/v1/targets')
      expect((targets as { activeTargets: { health: string; lastError: string }[] }).activeTargets).toMatchObject([
        { health: 'up', lastError: '' }
      ])
      expect(await query('http_server_request_duration_seconds_bucket{le="1.0"}')).toHaveLength(1)
      expect(await query('age_days_count')).toMatchObject([{ value: [expect.any(Number), '1'] }])
      const metadata = (await get('/api/v1/metadata')) as Record<string, { type: string; help: string; unit: string }[]>
      const wrong = metrics.definitions().flatMap(({ name, kind }) => {
        const known = metadata[name] ?? metadata[name.replace(/_total$/, '')]
        return known && known[0]!.type !== kind ? [`${name}: ${known[0]!.type}`] : []
      })
      expect(wrong).toEqual([])
      expect(metadata['http_server_request_duration_seconds']).toMatchObject([{ type: 'histogram', unit: 'seconds' }])
      const exemplars = (await get(
        `/api/v1/query_exemplars?query=${'http_server_request_duration_seconds_bucket'}&start=${Date.now() / 1000 - 600}&end=${Date.now() / 1000 + 600}`
      )) as {
        exemplars: { labels: Record<string, string> }[]
      }[]
      expect(exemplars[0]?.exemplars[0]?.labels).toMatchObject({ trace_id: traceId })
      expect(complaints(log())).toEqual([])
    })
  })

  it('reads native histograms from the protobuf page, and their quantiles are right within their resolution', async () => {
    const registry = new Registry()
    new Summary({ name: 'age_days', help: 'Age.', percentiles: [0.5], registers: [registry] }).observe(2)
    const metrics = createMetrics({ service: 'test', registry, nativeHistograms: true })
    const values = Array.from({ length: 2000 }, (_, index) => 0.001 * 1.005 ** index)
    for (const seconds of values) announceAll(metrics.observer, [tracing], seconds * 1000)
    await scraped(metrics as never, ['exemplar-storage', 'native-histograms'], async (_, query, log) => {
      const number = async (expression: string) => Number((await query(expression))[0]?.value[1])
      expect(await number('histogram_count(http_server_request_duration_seconds)')).toBe(2000)
      expect(await number('histogram_sum(http_server_request_duration_seconds)')).toBeCloseTo(
        values.reduce((sum, value) => sum + value, 0),
        3
      )
      for (const [q, at] of [
        [0.5, 1000],
        [0.95, 1900],
        [0.99, 1980]
      ] as const) {
        for (const name of ['http_server_request_duration_seconds', 'gen_ai_client_operation_duration_seconds'])
          expect((await number(`histogram_quantile(${q}, ${name})`)) / values[at - 1]!, `${name} ${q}`).toBeCloseTo(1, 1)
      }
      expect(await number('rag_http_server_requests_total{status_class="2xx",http_route!="unmatched"}')).toBe(2000)
      expect(await number('age_days{quantile="0.5"}')).toBe(2)
      expect(complaints(log())).toEqual([])
    })
  })
})

it('offers protobuf only with native histograms, and only to who asks for it', async () => {
  const accept =
    'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,application/openmetrics-text;version=1.0.0;q=0.8,text/plain;q=0.5'
  const type = async (metrics: Metrics, header: string) => (await metrics.page({ headers: { accept: header } } as never)).type
  const classic = createMetrics({ service: 'test', resources: false })
  const native = createMetrics({ service: 'test', resources: false, nativeHistograms: true })
  expect(await type(classic, accept)).toContain('openmetrics')
  expect(await type(native, accept)).toContain('protobuf')
  expect(await type(native, 'text/plain')).toContain('text/plain')
  expect(await type(native, `${'x'.repeat(1e6)},application/openmetrics-text`)).toContain('text/plain')
  await Promise.all([classic.shutdown(), native.shutdown()])
})
