// A metric as every encoder sees it: ours as it is stored, those of others read by their shape.
import type { Metric } from '../storage/metric.js'
import type { NativeData } from '../storage/native.js'
import type { Exemplar } from '../storage/series.js'

export interface SeriesView {
  labels: readonly (readonly [name: string, value: string])[]
  /** Counter and gauge: the value. Histogram: a count per bucket, the count beyond the last bound, the sum. Summary: count, sum. */
  values: ArrayLike<number>
  exemplars?: readonly (Exemplar | undefined)[] | undefined
  native?: NativeData | undefined
  quantiles?: readonly (readonly [quantile: number, value: number])[]
}

export interface MetricView {
  name: string
  help: string
  kind: 'counter' | 'gauge' | 'histogram' | 'summary'
  unit?: string | undefined
  bounds?: ArrayLike<number> | undefined
  series: Iterable<SeriesView>
}

/** One of ours. */
export function viewOf(metric: Metric): MetricView {
  const { definition, labelNames, bounds } = metric
  return {
    name: definition.name,
    help: definition.help,
    kind: definition.kind,
    unit: definition.unit,
    bounds,
    series: seriesOf(metric, labelNames)
  }
}

function* seriesOf(metric: Metric, names: readonly string[]): Generator<SeriesView> {
  for (const { labels, values, exemplars, native } of metric.series.values())
    yield { labels: labels.map((value, index) => [names[index]!, value] as const), values, exemplars, native }
}
