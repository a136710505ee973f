// A scrape with the cap full: what it costs beside prom-client and OpenTelemetry, and how long it holds the loop at a stretch.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { SECONDS } from '@rag/core/catalogue'
import { createMetrics } from '@rag/metrics'
import { Histogram, Registry } from 'prom-client'
import { median } from '../statistics.js'
import type { CaseResult } from './claims.js'
import type { Held } from './held.js'
import { fixed, rounds, share } from './rounds.js'
import { benchDefinition, held, labelsOf, longestStretch, SERIES, type Stretch } from './stretch.js'

async function heldAlone(): Promise<Held> {
  const child = fork(fileURLToPath(new URL('./held.ts', import.meta.url)))
  const [figures] = (await once(child, 'message')) as [Held]
  return figures
}

const shown = ({ wallMs, cpuMs }: Stretch) => ({ wall: fixed(wallMs, 1), cpu: fixed(cpuMs, 1) })

export async function benchScrape(): Promise<CaseResult> {
  const metrics = createMetrics({ service: 'bench', resources: false, limits: { series: SERIES, seriesPerMetric: SERIES }, warn: () => {} })
  const ours = metrics.defineMetric(benchDefinition)
  for (let index = 0; index < SERIES; index++) ours.observe(labelsOf(index), 0.02)
  const { scraped, idle, collector, scrapes } = await heldAlone()
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
  const theirStretch = await longestStretch(cases['prom-client'])
  const lines = (await metrics.text()).split('\n').length
  const overPromClient = share(figures, ['ours'], ['prom-client'])
  const overOtel = share(figures, ['ours'], ['otel'])
  const [fastest, overFastest] = overPromClient.median >= overOtel.median ? ['prom-client', overPromClient] : ['OpenTelemetry', overOtel]
  return {
    figures: {
      series: SERIES,
      lines,
      overPromClient,
      overOtel,
      longestStretchOfEachGroupMs: scraped.map(shown),
      withoutScrapesMs: idle.map(shown),
      collector: { totalMs: fixed(collector.totalMs, 1), longestMs: fixed(collector.longestMs, 1), share: fixed(collector.share) },
      promClientStretchMs: fixed(theirStretch.wallMs, 1)
    },
    claims: [
      { what: `a scrape with ${SERIES} label sets (${lines} lines), over ${fastest}'s`, value: overFastest.median, most: 0.5, unit: '×' },
      {
        what: `longest stretch without a turn for others, median of ${scraped.length} groups of ${scrapes} such scrapes over a socket; ${fixed(median(idle.map(held)), 1)} ms with no scrape, prom-client's ${fixed(held(theirStretch), 0)} ms`,
        value: fixed(median(scraped.map(held)), 1),
        most: 10,
        unit: 'ms'
      }
    ]
  }
}
