// One label set of one metric. Recording through it is a write into a Float64Array and nothing else.
import type { Metric } from './metric.js'
import { type NativeData, newNative, observeNative } from './native.js'

/** The trace behind a value; kept per bucket so that a slow bucket leads to a slow request. */
export interface Exemplar {
  traceId: string
  spanId: string
  value: number
  /** Unix time in milliseconds. */
  time: number
}

export class Series {
  /** Counter and gauge: the value. Histogram: a count per bucket, the count beyond the last bound, the sum. */
  readonly values: Float64Array
  exemplars: (Exemplar | undefined)[] | undefined = undefined
  /** Sparse buckets beside the fixed ones, for metrics that have them. */
  native: NativeData | undefined

  constructor(
    readonly metric: Metric,
    readonly labels: readonly string[],
    /** The labels as the exposition spells them, without braces. */
    readonly text: string
  ) {
    this.values = new Float64Array(metric.bounds ? metric.bounds.length + 2 : 1)
    this.native = metric.hasNative ? newNative() : undefined
  }
}

/** Adds to a counter. What is no finite number, or negative, is dropped and counted. */
export function add(series: Series, value: number): void {
  const { store } = series.metric
  store.recorded++
  if (value >= 0 && value < Number.POSITIVE_INFINITY) series.values[0]! += value
  else store.dropValue(value)
}

/** Sets a gauge. */
export function set(series: Series, value: number): void {
  const { store } = series.metric
  store.recorded++
  if (Number.isFinite(value)) series.values[0] = value
  else store.dropValue(Number.NaN)
}

/** Records a value in a histogram; returns its bucket, -1 when it was dropped. */
export function observe(series: Series, value: number): number {
  const { bounds, store } = series.metric
  store.recorded++
  if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) {
    store.dropValue(value)
    return -1
  }
  let low = 0
  let high = bounds!.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (value <= bounds![middle]!) high = middle
    else low = middle + 1
  }
  series.values[low]!++
  series.values[bounds!.length + 1]! += value
  if (series.native !== undefined) observeNative(series.native, value)
  return low
}

/** How long an exemplar stays before a newer one takes its place. */
const EXEMPLAR_MS = 1000

/** Whether a bucket wants an exemplar at this time; asked first because finding the trace costs more than this. */
export function wantsExemplar(series: Series, bucket: number, time: number): boolean {
  const held = series.exemplars?.[bucket]
  return bucket >= 0 && (held === undefined || time - held.time >= EXEMPLAR_MS || time < held.time)
}

export function keepExemplar(series: Series, bucket: number, traceId: string, spanId: string, value: number, time: number): void {
  series.exemplars ??= new Array<Exemplar | undefined>(series.values.length - 1).fill(undefined)
  const held = series.exemplars[bucket]
  if (!held) {
    series.exemplars[bucket] = { traceId, spanId, value, time }
    return
  }
  held.traceId = traceId
  held.spanId = spanId
  held.value = value
  held.time = time
}
