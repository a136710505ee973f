// Recording one HTTP duration through a handle that is resolved already.

import { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { SECONDS } from '@rag/core/catalogue'
import { createMetrics } from '@rag/metrics'
import { Histogram, Registry } from 'prom-client'
import { median } from '../statistics.js'
import type { CaseResult } from './claims.js'
import { fixed } from './rounds.js'

const COUNT = 300_000
const LABELS = { method: 'GET', route: '/users/:id', status: '200' }
const VALUES = Array.from({ length: 1024 }, () => Math.exp(Math.random() * 6 - 6))

export function benchRecord(): CaseResult {
  const metrics = createMetrics({ service: 'bench', resources: false })
  const bound = { method: { max: 10 }, route: { max: 100 }, status: { max: 64 } } as const
  const ours = metrics
    .defineMetric({ name: 'bench_seconds', kind: 'histogram', help: 'Bench.', labels: bound, buckets: SECONDS })
    .with(LABELS)
  const child = new Histogram({
    name: 'bench',
    help: 'Bench.',
    labelNames: Object.keys(LABELS),
    buckets: [...SECONDS],
    registers: [new Registry()]
  }).labels(LABELS)
  const reader = new PeriodicExportingMetricReader({
    exporter: new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE),
    exportIntervalMillis: 3_600_000
  })
  const provider = new MeterProvider({ readers: [reader] })
  const otel = provider.getMeter('bench').createHistogram('bench', { advice: { explicitBucketBoundaries: [...SECONDS] } })
  const cases: Record<string, (value: number) => void> = {
    ours: (value) => ours.observe(value),
    'prom-client': (value) => child.observe(value),
    otel: (value) => otel.record(value, LABELS)
  }
  const times: Record<string, number[]> = {}
  for (let round = -3; round < 15; round++) {
    for (const [name, run] of Object.entries(cases).sort(() => Math.random() - 0.5)) {
      const before = process.cpuUsage()
      for (let index = 0; index < COUNT; index++) run(VALUES[index & 1023]!)
      const { user, system } = process.cpuUsage(before)
      if (round >= 0) (times[name] ??= []).push((user + system) / COUNT)
    }
  }
  const us = Object.fromEntries(Object.entries(times).map(([name, values]) => [name, fixed(median(values), 4)]))
  void provider.shutdown()
  return {
    figures: { microseconds: us, overPromClient: fixed(us['ours']! / us['prom-client']!), overOtel: fixed(us['ours']! / us['otel']!) },
    claims: [
      {
        what: `one duration through a resolved handle; prom-client's takes ${us['prom-client']} µs`,
        value: us['ours']!,
        most: 0.15,
        unit: 'µs'
      }
    ]
  }
}
