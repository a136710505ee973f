// Metrics as OTLP in its JSON form; https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
import type { MetricView, SeriesView } from '../exposition/view.js'
import { type NativeData, nativeRuns, ZERO_THRESHOLD } from '../storage/native.js'
import type { Exemplar } from '../storage/series.js'
import { otlpLabel, otlpName, otlpUnit } from './otlp-names.js'

const CUMULATIVE = 2

export interface Times {
  /** Unix time in milliseconds at which the counters began. */
  start: number
  now: number
}

/** A 64-bit whole number is text there. */
const nanos = (ms: number): string => `${Math.round(ms * 1000)}000`

/** Attributes as OTLP spells them. */
export function attributesOf(pairs: Iterable<readonly [string, string]>): { key: string; value: { stringValue: string } }[] {
  return [...pairs].map(([key, value]) => ({ key, value: { stringValue: value } }))
}

/** Label sets in a piece. */
const PIECE = 16

/** One metric as pieces of text, nothing for one without a label set. */
export function* encodeMetric(view: MetricView, times: Times): Generator<string> {
  let text = ''
  let count = 0
  for (const series of view.series) {
    text += count === 0 ? headOf(view, series.native !== undefined) : ','
    text += JSON.stringify(pointOf(view, series, times))
    if (++count % PIECE !== 0) continue
    yield text
    text = ''
  }
  if (count > 0) yield `${text}]}}`
}

function headOf({ name, help, unit, kind }: MetricView, native: boolean): string {
  const head = JSON.stringify({ name: otlpName(name), description: help, unit: otlpUnit(unit) }).slice(0, -1)
  if (kind === 'gauge' || kind === 'summary') return `${head},"${kind}":{"dataPoints":[`
  const data = kind === 'counter' ? 'sum' : native ? 'exponentialHistogram' : 'histogram'
  return `${head},"${data}":{"aggregationTemporality":${CUMULATIVE},${kind === 'counter' ? '"isMonotonic":true,' : ''}"dataPoints":[`
}

function pointOf({ kind, bounds = [] }: MetricView, series: SeriesView, { start, now }: Times): object {
  const { labels, values } = series
  const point = {
    attributes: attributesOf(labels.map(([label, value]) => [otlpLabel(label), value] as const)),
    ...(kind !== 'gauge' && { startTimeUnixNano: nanos(start) }),
    timeUnixNano: nanos(now)
  }
  if (kind === 'summary')
    return {
      ...point,
      count: String(values[0]),
      sum: values[1],
      quantileValues: (series.quantiles ?? []).map(([quantile, value]) => ({ quantile, value }))
    }
  if (kind !== 'histogram') return { ...point, asDouble: numberOf(values[0]!) }
  const counts = Array.from({ length: bounds.length + 1 }, (_, index) => values[index]!)
  const whole = {
    ...point,
    count: String(counts.reduce((total, count) => total + count, 0)),
    sum: values[bounds.length + 1],
    exemplars: (series.exemplars ?? []).flatMap((exemplar) => (exemplar ? [exemplarOf(exemplar)] : []))
  }
  if (series.native) return { ...whole, ...nativeOf(series.native) }
  return { ...whole, bucketCounts: counts.map(String), explicitBounds: Array.from(bounds) }
}

/** Bucket `i` ends at factor^i with us and begins there in OTLP; OTLP leaves no gaps. */
function nativeOf(native: NativeData): object {
  const runs = nativeRuns(native)
  const first = runs[0]?.start ?? 0
  const counts: string[] = []
  for (const run of runs) {
    while (counts.length < run.start - first) counts.push('0')
    for (const count of run.counts) counts.push(String(count))
  }
  return {
    scale: native.schema,
    zeroCount: String(native.zero),
    zeroThreshold: ZERO_THRESHOLD,
    positive: { offset: first - 1, bucketCounts: counts }
  }
}

function exemplarOf({ traceId, spanId, value, time }: Exemplar): object {
  return { traceId, spanId, asDouble: value, timeUnixNano: nanos(time) }
}

/** JSON has no such numbers; the proto mapping writes them as text. */
function numberOf(value: number): number | string {
  if (Number.isFinite(value)) return value
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'
}
