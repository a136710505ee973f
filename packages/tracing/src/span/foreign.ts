// Operations as spans of the application's own provider: started, described and ended through the API alone.
import { type Attributes, type Context, type Link, type Span, SpanStatusCode, type Tracer } from '@opentelemetry/api'
import type { Operation } from '@rag/core'
import { describe, spanKindOf, spanNameOf } from '../describe/index.js'
import { errorFacts } from './exception.js'
import { exceptionAttributes, type SpanOwner } from './own-span.js'
import { objectSink } from './sink.js'
import { hrTime, wallTime } from './time.js'
import { maskedValue } from './values.js'

// Only what was started here is ended here; a span of an HTTP instrumentation belongs to it.
const ours = new WeakSet<Span>()

export function startForeign(tracer: Tracer, operation: Operation, parent: Context, links: Link[] | undefined): Span {
  const startTime = hrTime(wallTime(operation.startTime, (operation as { startMark?: number }).startMark))
  const span = tracer.startSpan(operation.name, { kind: spanKindOf(operation), startTime, ...(links && { links }) }, parent)
  ours.add(span)
  return span
}

export function finishForeign(span: Span, operation: Operation, owner: SpanOwner): void {
  if (!ours.delete(span) || !span.isRecording()) return
  const attributes: Attributes = {}
  describe(operation, objectSink(attributes, owner.mask), owner)
  span.updateName(spanNameOf(operation))
  span.setAttributes(attributes)
  const start = wallTime(operation.startTime, (operation as { startMark?: number }).startMark)
  const end = hrTime(start + (operation.durationMs ?? 0))
  for (const { event, offsetMs, attributes: given } of operation.marks)
    span.addEvent(event, given as Attributes | undefined, hrTime(start + offsetMs))
  if (operation.outcome === 'error' || operation.outcome === 'timeout') span.setStatus({ code: SpanStatusCode.ERROR })
  if (operation.error !== undefined) {
    const facts = exceptionAttributes(errorFacts(operation.error))
    for (const key in facts) facts[key] = maskedValue(facts[key]!, owner.mask, owner.limits.textLength * 4)
    span.addEvent('exception', facts, end)
  }
  span.end(end)
}
