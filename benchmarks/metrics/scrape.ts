// A scrape with the cap full: what it costs beside prom-client and OpenTelemetry, and how long it holds the loop at a stretch.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { SECONDS } from '@rag/core/catalogue'
import { createMetrics, type Metrics } from '@rag/metrics'
import { Histogram, Registry } from 'prom-client'
import type { CaseResult } from './claims.js'
import { fixed, rounds, share } from './rounds.js'

const SERIES = 10_000
const SCRAPES = 20
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

/** Neither the turns of other programs nor helper threads of this one hold its loop: it is held for the smaller of the two at most. */
const held = ({ wallMs, cpuMs }: Stretch): number => Math.min(wallMs, cpuMs)

/** The longest stretch in which nothing else ran while `work` did. */
async function longestStretch(work: () => Promise<unknown>): Promise<Stretch> {
  const longest: Stretch = { wallMs: 0, cpuMs: 0 }
  let last = performance.now()
  let used = process.cpuUsage()
  let running = true
  const look = () => {
    const { user, system } = process.cpuUsage(used)
    const stretch = { cpuMs: (user + system) / 1000, wallMs: performance.now() - last }
    if (held(stretch) > held(longest)) Object.assign(longest, stretch)
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

/** A scraper in a process of its own: reading the page must not count as making it. */
function startScraper(): { scrape(url: string): Promise<void>; stop(): void } {
  const child = fork(fileURLToPath(new URL('./scraper.mjs', import.meta.url)), { execArgv: [], env: { ...process.env, NODE_OPTIONS: '' } })
  return {
    async scrape(url) {
      child.send(url)
      const [bytes] = (await once(child, 'message')) as [number]
      if (bytes < SERIES) throw new Error('the scraper has seen no whole page')
    },
    stop: () => child.disconnect()
  }
}

/** How long scrapes over a socket hold the loop, in a process that does nothing else. */
async function stretchesOf(metrics: Metrics): Promise<Stretch[]> {
  const { url, close } = await metrics.admin({ port: 0 })
  const { scrape, stop } = startScraper()
  // The first ones compile.
  for (let count = 0; count < 3; count++) await scrape(`${url}/metrics`)
  const stretches: Stretch[] = []
  for (let count = 0; count < SCRAPES; count++) stretches.push(await longestStretch(() => scrape(`${url}/metrics`)))
  stop()
  await close()
  return stretches
}

export async function benchScrape(): Promise<CaseResult> {
  const metrics = createMetrics({ service: 'bench', resources: false, limits: { series: SERIES, seriesPerMetric: SERIES }, warn: () => {} })
  const bound = { route: { max: SERIES }, method: { max: SERIES }, tenant: { max: SERIES } } as const
  const ours = metrics.defineMetric({ name: 'bench_seconds', kind: 'histogram', help: 'Bench.', labels: bound, buckets: SECONDS })
  for (let index = 0; index < SERIES; index++) ours.observe(labelsOf(index), 0.02)
  const stretches = await stretchesOf(metrics)
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
      longestStretchOfEachScrapeMs: stretches.map(({ wallMs, cpuMs }) => ({ wall: fixed(wallMs, 1), cpu: fixed(cpuMs, 1) })),
      promClientStretchMs: fixed(theirStretch.wallMs, 1)
    },
    claims: [
      { what: `a scrape with ${SERIES} label sets (${lines} lines), over ${fastest}'s`, value: overFastest.median, most: 0.5, unit: '×' },
      {
        what: `longest stretch without a turn for others in ${SCRAPES} such scrapes over a socket; prom-client's is ${fixed(held(theirStretch), 0)} ms`,
        value: fixed(Math.max(...stretches.map(held)), 1),
        most: 10,
        unit: 'ms'
      }
    ]
  }
}
