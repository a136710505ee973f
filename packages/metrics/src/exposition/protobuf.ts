// A page in the protobuf format of Prometheus, the one that carries native histograms to a scraper.
// https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto
import { type NativeData, nativeRuns, ZERO_THRESHOLD } from '../storage/native.js'
import type { Exemplar } from '../storage/series.js'
import type { Sheets } from './sheets.js'
import type { MetricView, SeriesView } from './view.js'
import { Wire } from './wire.js'

const TYPES = { counter: 0, gauge: 1, summary: 2, histogram: 4 } as const
/** Label sets between two pauses. */
const PIECE = 64

/** A family with its length before it; each step is a place for a pause. */
export function* renderProto(view: MetricView, page: Sheets): Generator<void> {
  const family = new Wire().text(1, view.name).text(2, view.help).uint(3, TYPES[view.kind])
  let count = 0
  for (const series of view.series) {
    family.message(4, (wire) => writeMetric(wire, view, series))
    if (++count % PIECE === 0) yield
  }
  if (count > 0) page.bytes(new Wire().delimited(family.bytes()).bytes())
}

function writeMetric(wire: Wire, { kind, bounds }: MetricView, series: SeriesView): void {
  for (const label of series.labels) writeLabel(wire, 1, label)
  const [value = 0, second = 0] = [series.values[0], series.values[1]]
  if (kind === 'gauge') wire.message(2, (gauge) => gauge.double(1, value))
  else if (kind === 'counter') wire.message(3, (counter) => counter.double(1, value))
  else if (kind === 'summary')
    wire.message(4, (summary) => {
      summary.uint(1, value).double(2, second)
      for (const [quantile, at] of series.quantiles ?? []) summary.message(3, (entry) => entry.double(1, quantile).double(2, at))
    })
  else wire.message(7, (histogram) => writeHistogram(histogram, bounds ?? [], series))
}

function writeHistogram(wire: Wire, bounds: ArrayLike<number>, { values, exemplars, native }: SeriesView): void {
  let total = 0
  const buckets = new Wire()
  for (let index = 0; index <= bounds.length; index++) {
    total += values[index]!
    const exemplar = exemplars?.[index]
    // The bucket beyond the last bound is the count; it is only written for its exemplar.
    if (index === bounds.length && !exemplar) continue
    buckets.message(3, (bucket) => {
      bucket.uint(1, total).double(2, index === bounds.length ? Number.POSITIVE_INFINITY : bounds[index]!)
      if (exemplar) writeExemplar(bucket, 3, exemplar)
    })
  }
  wire
    .uint(1, total)
    .double(2, values[bounds.length + 1]!)
    .raw(buckets.bytes())
  if (native) writeNative(wire, native)
}

/** Runs of buckets as spans, and each count as the difference from the one before. */
function writeNative(wire: Wire, native: NativeData): void {
  wire.sint(5, native.schema).double(6, ZERO_THRESHOLD).uint(7, native.zero)
  let end = 0
  let before = 0
  const deltas = new Wire()
  for (const { start, counts } of nativeRuns(native)) {
    const offset = start - end
    wire.message(12, (span) => span.sint(1, offset).uint(2, counts.length))
    end = start + counts.length
    for (const count of counts) {
      deltas.sint(13, count - before)
      before = count
    }
  }
  wire.raw(deltas.bytes())
}

function writeExemplar(wire: Wire, field: number, { traceId, spanId, value, time }: Exemplar): void {
  wire.message(field, (exemplar) => {
    writeLabel(exemplar, 1, ['trace_id', traceId])
    writeLabel(exemplar, 1, ['span_id', spanId])
    exemplar.double(2, value)
    exemplar.message(3, (stamp) => stamp.uint(1, Math.floor(time / 1000)).uint(2, Math.floor((time % 1000) * 1e6)))
  })
}

function writeLabel(wire: Wire, field: number, [name, value]: readonly [string, string]): void {
  wire.message(field, (pair) => pair.text(1, name).text(2, value))
}
