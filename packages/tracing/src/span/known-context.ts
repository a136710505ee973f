// The ids of any span, if they are ids: our own are by their making, those of others are looked at.
import { isSpanContextValid, type Span, type SpanContext } from '@opentelemetry/api'
import { OwnSpan } from './own-span.js'
import { UnsampledSpan } from './unsampled.js'

export function knownContext(span: Span): SpanContext | undefined {
  const context = span.spanContext()
  return span instanceof OwnSpan || span instanceof UnsampledSpan || isSpanContextValid(context) ? context : undefined
}
