// A scrape with the cap full: what it costs beside prom-client and OpenTelemetry, and how long it holds the loop at a stretch.
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { SECONDS } from '@rag/core/catalogue'
import { createMetrics } from '@rag/metrics'
import { Histogram, Registry } from 'prom-client'
import { fixed, rounds, share } from './rounds.js'

const SERIES = 10_000
const labelsOf = (index: number) => ({
  route: `/route-${index % 100}/:id`,
  method: ['GET', 'POST', 'PUT', 'PATCH'][index % 4]!,
  tenant: `t${index}`
})

/** The longest stretch in which nothing else ran while `work` did. */
async function longestStretch(work: () => Promise<unknown>): Promise<number> {
  let longest = 0
  let last = performance.now()
  let running = true
  const tick = () => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
    if (running) setImmediate(tick)
  }
  setImmediate(tick)
  await work()
  running = false
  longest = Math.max(longest, performance.now() - last)
  return longest
}

export async function benchScrape(): Promise<Record<string, unknown>> {
  const metrics = createMetrics({ service: 'bench', resources: false, limits: { series: SERIES, seriesPerMetric: SERIES }, warn: () => {} })
  const bound = { route: { max: SERIES }, method: { max: SERIES }, tenant: { max: SERIES } } as const
  const ours = metrics.defineMetric({ name: 'bench_seconds', kind: 'histogram', help: 'Bench.', labels: bound, buckets: SECONDS })
  const registry = new Registry()
  const theirs = new Histogram({
    name: 'bench_seconds',
    help: 'Bench.',
    labelNames: ['route', 'method', 'tenant'],
    buckets: [...SECONDS],
    registers: [registry]
  })
  const reader = new PeriodicExportingMetricReader({
    exporter: new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE),
    exportIntervalMillis: 3_600_000
  })
  const provider = new MeterProvider({ readers: [reader], views: [{ instrumentName: 'bench', aggregationCardinalityLimit: SERIES + 1 }] })
  const otel = provider.getMeter('bench').createHistogram('bench', { advice: { explicitBucketBoundaries: [...SECONDS] } })
  for (let index = 0; index < SERIES; index++) {
    ours.observe(labelsOf(index), 0.02)
    theirs.observe(labelsOf(index), 0.02)
    otel.record(0.02, labelsOf(index))
  }
  const serializer = new PrometheusSerializer()
  const cases = {
    ours: () => metrics.text(),
    'prom-client': () => registry.metrics(),
    otel: async () => serializer.serialize((await reader.collect()).resourceMetrics)
  }
  const figures = await rounds(cases, 1, 7)
  const stretches: number[] = []
  for (let count = 0; count < 5; count++)
    stretches.push(await longestStretch(async () => void (await metrics.page({ headers: {} } as never))))
  const theirStretch = await longestStretch(cases['prom-client'])
  const lines = (await metrics.text()).split('\n').length
  return {
    series: SERIES,
    lines,
    overPromClient: share(figures, ['ours'], ['prom-client']),
    overOtel: share(figures, ['ours'], ['otel']),
    longestStretchMs: fixed(Math.max(...stretches), 1),
    promClientStretchMs: fixed(theirStretch, 1)
  }
}
