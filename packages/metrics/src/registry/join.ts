// Each of our metrics is also a collector in the registry of the application, recognised there by its shape alone.
import { boundText } from '../exposition/format.js'
import type { Metric } from '../storage/metric.js'
import type { Series } from '../storage/series.js'
import type { RegistryLike } from './types.js'

/** Two instances, or two copies of this module, on one registry share the collector of a name. */
const PARTS = Symbol.for('@rag/metrics/collector/1')

interface Value {
  value: number
  labels: Record<string, string>
  metricName?: string
  exemplar?: { labelSet: Record<string, string>; value: number; timestamp: number }
}

interface Collector {
  name: string
  help: string
  type: string
  aggregator: string
  labelNames: readonly string[]
  readonly [PARTS]: Map<Metric, () => void>
  get(): { name: string; help: string; type: string; aggregator: string; values: Value[] }
  getForPromString(): ReturnType<Collector['get']>
  reset(): void
  remove(...values: unknown[]): void
}

/** Whether a metric of a registry is one of ours. */
export function isOurs(metric: unknown): boolean {
  return typeof metric === 'object' && metric !== null && PARTS in metric
}

/** Shows a metric in the registry. A name that somebody else has registered stays theirs; returns whether ours is shown. */
export function joinRegistry(registry: RegistryLike, metric: Metric, collect: () => void): boolean {
  const { name } = metric.definition
  try {
    const present = registry.getSingleMetric(name) ?? registry.getSingleMetric(name.replace(/_total$/, ''))
    if (isOurs(present)) {
      ;(present as Collector)[PARTS].set(metric, collect)
      return true
    }
    if (present) return false
    registry.registerMetric(collectorOf(metric, collect) as never)
    return true
  } catch {
    return false
  }
}

/** Takes a metric out of the registry; the collector goes with its last part. */
export function leaveRegistry(registry: RegistryLike & { removeSingleMetric?(name: string): void }, metric: Metric): void {
  const { name } = metric.definition
  const present = registry.getSingleMetric(name)
  if (!isOurs(present)) return
  const parts = (present as Collector)[PARTS]
  parts.delete(metric)
  if (parts.size === 0) registry.removeSingleMetric?.(name)
}

function collectorOf(first: Metric, collect: () => void): Collector {
  const { name, help, kind } = first.definition
  const parts = new Map([[first, collect]])
  const collector: Collector = {
    name,
    help,
    type: kind,
    aggregator: 'sum',
    labelNames: first.labelNames,
    [PARTS]: parts,
    get() {
      for (const read of parts.values()) read()
      const values = first.bounds ? histogramValues(name, parts.keys()) : simpleValues(parts.keys())
      // The registry may have cut `_total` off the name it holds; it is asked for under that name.
      return { name: collector.name, help, type: kind, aggregator: 'sum', values }
    },
    getForPromString: () => collector.get(),
    reset() {
      for (const metric of parts.keys()) metric.reset()
    },
    remove(...values) {
      for (const metric of parts.keys()) {
        const given = values[0]
        const wanted =
          typeof given === 'object' && given !== null
            ? metric.labelNames.map((label) => String((given as Record<string, unknown>)[label]))
            : values.map(String)
        const series = metric.series.get(wanted.join('\0'))
        if (series) metric.remove(series)
      }
    }
  }
  return collector
}

function simpleValues(metrics: Iterable<Metric>): Value[] {
  const values = new Map<string, Value>()
  for (const metric of metrics) {
    for (const [key, series] of metric.series) {
      const present = values.get(key)
      if (present) present.value += series.values[0]!
      else values.set(key, { value: series.values[0]!, labels: labelsOf(metric, series.labels) })
    }
  }
  return [...values.values()]
}

function histogramValues(name: string, metrics: Iterable<Metric>): Value[] {
  const sums = new Map<string, { metric: Metric; series: Series; values: Float64Array }>()
  for (const metric of metrics) {
    for (const [key, series] of metric.series) {
      const present = sums.get(key)
      if (present) for (let index = 0; index < series.values.length; index++) present.values[index]! += series.values[index]!
      else sums.set(key, { metric, series, values: Float64Array.from(series.values) })
    }
  }
  return [...sums.values()].flatMap((sum) => histogramSet(name, sum.metric, sum.series, sum.values))
}

function histogramSet(name: string, metric: Metric, { labels: set, exemplars }: Series, counts: Float64Array): Value[] {
  const labels = labelsOf(metric, set)
  const bounds = [...metric.bounds!, Number.POSITIVE_INFINITY]
  let total = 0
  const values = bounds.map((bound, index): Value => {
    total += counts[index]!
    const bucket = { value: total, labels: { ...labels, le: boundText(bound) }, metricName: `${name}_bucket` }
    const exemplar = exemplars?.[index]
    if (!exemplar) return bucket
    const labelSet = { trace_id: exemplar.traceId, span_id: exemplar.spanId }
    return { ...bucket, exemplar: { labelSet, value: exemplar.value, timestamp: exemplar.time / 1000 } }
  })
  values.push({ value: counts[bounds.length]!, labels, metricName: `${name}_sum` }, { value: total, labels, metricName: `${name}_count` })
  return values
}

function labelsOf(metric: Metric, values: readonly string[]): Record<string, string> {
  return Object.fromEntries(metric.labelNames.map((label, index) => [label, values[index]!]))
}
