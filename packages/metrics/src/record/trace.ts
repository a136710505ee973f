// The trace of an operation, for the exemplar of its bucket.
import { type Operation, spanOf } from '@rag/core'
import { keepExemplar, observe, type Series, wantsExemplar } from '../storage/series.js'

const SAMPLED = 1

/** Records a duration with the trace of its operation, if that is sampled and the bucket wants one. */
export function observeTraced(series: Series, seconds: number, operation: Operation): void {
  const bucket = observe(series, seconds)
  const time = operation.startTime + (operation.durationMs ?? 0)
  if (!wantsExemplar(series, bucket, time)) return
  const span = spanOf(operation)?.spanContext()
  if (span && (span.traceFlags & SAMPLED) === SAMPLED) keepExemplar(series, bucket, span.traceId, span.spanId, seconds, time)
}
