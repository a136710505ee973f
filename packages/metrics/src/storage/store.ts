// All metrics of one instance and the figures about them.
import { catalogue, type MetricDefinition, type MetricName } from '@rag/core/catalogue'
import { Metric } from './metric.js'

export interface StoreOptions {
  /** Label sets in this store. */
  maxSeries: number
  /** Label sets of one metric. */
  maxSeriesPerMetric: number
  mask: (value: string) => string
  warn: (message: string) => void
  /** Durations of HTTP requests and model calls keep native buckets beside the fixed ones. */
  native?: boolean
}

const NATIVE: ReadonlySet<string> = new Set<MetricName>([
  'http_server_request_duration_seconds',
  'rag_http_server_time_to_first_byte_seconds',
  'http_client_request_duration_seconds',
  'gen_ai_client_operation_duration_seconds',
  'gen_ai_client_operation_time_to_first_chunk_seconds'
])

/** Figures of the SDK about itself are few, and say what is wrong when the cap is reached: they find a place beyond it. */
const OWN = /^rag_(metrics|telemetry|observer|collector)_/

export type InvalidReason = 'value' | 'negative' | 'labels' | 'unknown_metric'

export class Store {
  readonly metrics = new Map<string, Metric>()
  /** Label sets held. */
  size = 0
  /** Values taken in, the dropped ones included. */
  recorded = 0
  readonly invalid: Record<InvalidReason, number> = { value: 0, negative: 0, labels: 0, unknown_metric: 0 }
  /** Grows when a label set is removed: handles held elsewhere are stale then. */
  generation = 0
  /** Told of each new metric. */
  onAdd: ((metric: Metric) => void) | undefined
  private readonly warned = new Set<Metric>()

  constructor(private readonly options: StoreOptions) {}

  /** A metric of the catalogue. */
  get(name: MetricName): Metric {
    return this.metrics.get(name) ?? this.add(catalogue[name])
  }

  add(definition: MetricDefinition): Metric {
    const metric = new Metric(definition, this)
    this.metrics.set(definition.name, metric)
    this.onAdd?.(metric)
    return metric
  }

  mask(value: string): string {
    return this.options.mask(value)
  }

  hasNative({ name }: MetricDefinition): boolean {
    return this.options.native === true && NATIVE.has(name)
  }

  isFull(metric: Metric): boolean {
    return (
      (this.size >= this.options.maxSeries && !OWN.test(metric.definition.name)) || metric.series.size >= this.options.maxSeriesPerMetric
    )
  }

  overflow(metric: Metric): void {
    metric.overflowed++
    if (this.warned.has(metric)) return
    this.warned.add(metric)
    this.options.warn(
      `metric ${metric.definition.name} has more label sets than its bounds allow; the rest is counted under "__other__" (rag_metrics_overflow_total says how often)`
    )
  }

  dropValue(value: number): void {
    this.invalid[value < 0 && value > Number.NEGATIVE_INFINITY ? 'negative' : 'value']++
  }

  /** A value whose labels or name no metric has. */
  drop(reason: InvalidReason): void {
    this.recorded++
    this.invalid[reason]++
  }

  get dropped(): number {
    const { value, negative, labels, unknown_metric } = this.invalid
    return value + negative + labels + unknown_metric
  }
}
