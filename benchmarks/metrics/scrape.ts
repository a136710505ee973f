// A scrape with the cap full: what it costs beside prom-client and OpenTelemetry, and how long it holds the loop at a stretch.
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { SECONDS } from '@rag/core/catalogue'
import { createMetrics } from '@rag/metrics'
import { Histogram, Registry } from 'prom-client'
import { median } from '../statistics.js'
import { fixed, rounds, share } from './rounds.js'

const SERIES = 10_000
const labelsOf = (index: number) => ({
  route: `/route-${index % 100}/:id`,
  method: ['GET', 'POST', 'PUT', 'PATCH'][index % 4]!,
  tenant: `t${index}`
})

interface Stretch {
  /** By the clock on the wall, in which other programs of a busy machine have their share. */
  wallMs: number
  /** CPU of this process. */
  cpuMs: number
}

/** The longest stretch in which nothing else ran while `work` did. */
async function longestStretch(work: () => Promise<unknown>): Promise<Stretch> {
  const longest: Stretch = { wallMs: 0, cpuMs: 0 }
  let last = performance.now()
  let used = process.cpuUsage()
  let running = true
  const look = () => {
    const { user, system } = process.cpuUsage(used)
    longest.cpuMs = Math.max(longest.cpuMs, (user + system) / 1000)
    longest.wallMs = Math.max(longest.wallMs, performance.now() - last)
    used = process.cpuUsage()
    last = performance.now()
  }
  const tick = () => {
    look()
    if (running) setImmediate(tick)
  }
  setImmediate(tick)
  await work()
  running = false
  look()
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
  const stretches: Stretch[] = []
  for (let count = 0; count < 9; count++)
    stretches.push(await longestStretch(async () => void (await metrics.page({ headers: {} } as never))))
  const theirStretch = await longestStretch(cases['prom-client'])
  const lines = (await metrics.text()).split('\n').length
  return {
    series: SERIES,
    lines,
    overPromClient: share(figures, ['ours'], ['prom-client']),
    overOtel: share(figures, ['ours'], ['otel']),
    // The middle of nine scrapes: a garbage collection may fall into any one.
    longestStretch: {
      cpuMs: fixed(median(stretches.map(({ cpuMs }) => cpuMs)), 1),
      wallMs: fixed(median(stretches.map(({ wallMs }) => wallMs)), 1)
    },
    worstStretchCpuMs: fixed(Math.max(...stretches.map(({ cpuMs }) => cpuMs)), 1),
    promClientStretchCpuMs: fixed(theirStretch.cpuMs, 1)
  }
}
