// A trace that uses all that a span can say, and what a backend must say of it.
import { context, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api'
import type { DecodedSpan } from './exporter.js'

const START_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 678)

/** Records the trace with fixed times and returns what must arrive. */
export function traceOfEverything(tracer: Tracer): DecodedSpan[] {
  const expected: DecodedSpan[] = []
  const kinds = {
    server: SpanKind.SERVER,
    internal: SpanKind.INTERNAL,
    client: SpanKind.CLIENT,
    producer: SpanKind.PRODUCER,
    consumer: SpanKind.CONSUMER
  } as const
  let around = context.active()
  let parentSpanId: string | undefined
  let traceId = ''
  Object.entries(kinds).forEach(([kind, value], depth) => {
    const startMs = START_MS + depth * 10
    const endMs = startMs + 100.25
    const span = tracer.startSpan(
      `span ${kind} ä€😀`,
      { kind: value, startTime: startMs, attributes: ATTRIBUTES, root: depth === 0 },
      around
    )
    span.addEvent('first', { step: depth }, startMs + 1)
    span.addEvent('second', startMs + 2.5)
    const error = kind === 'client'
    if (error) span.setStatus({ code: SpanStatusCode.ERROR, message: 'refused' })
    if (kind === 'server') span.setStatus({ code: SpanStatusCode.OK })
    around = trace.setSpan(around, span)
    span.end(endMs)
    const ids = span.spanContext()
    traceId ||= ids.traceId
    expected.push({
      traceId,
      spanId: ids.spanId,
      parentSpanId,
      service: 'contract',
      name: `span ${kind} ä€😀`,
      kind: kind as DecodedSpan['kind'],
      startMicros: startMs * 1000,
      durationMicros: Math.round((endMs - startMs) * 1000),
      error,
      attributes: TEXTS,
      events: [
        { name: 'first', micros: (startMs + 1) * 1000 },
        { name: 'second', micros: (startMs + 2.5) * 1000 }
      ]
    })
    parentSpanId = ids.spanId
  })
  return expected
}

const ATTRIBUTES = {
  'text.plain': 'plain',
  'text.unicode': 'Grüße, 世界 😀',
  'text.empty': '',
  'text.quotes': 'a "quoted" \\ text\nin two lines',
  'number.whole': 42,
  'number.negative': -7,
  'number.large': 2 ** 52 + 1,
  'number.fraction': 0.25,
  'flag.yes': true,
  'flag.no': false
}
const TEXTS = Object.fromEntries(Object.entries(ATTRIBUTES).map(([key, value]) => [key, String(value)]))
