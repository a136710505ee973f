// The last finished spans, for an admin page: nothing is kept until somebody asks, and only what is asked for is masked and made plain.
import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { fromHrTime } from './span/time.js'

export interface RecentSpan {
  traceId: string
  spanId: string
  parentSpanId: string | undefined
  name: string
  kind: string
  /** ISO 8601. */
  startTime: string
  durationMs: number
  status: string
  statusMessage: string | undefined
  scope: string
  attributes: Record<string, unknown>
  events: { name: string; time: string; attributes: Record<string, unknown> }[]
}

export interface RecentSpans {
  readonly wanted: boolean
  add(span: ReadableSpan): void
  list(): RecentSpan[]
}

export function createRecent(size: number): RecentSpans {
  let wanted = false
  /** A span stays as it ended until the page is read: most are overwritten before that. */
  const ring: (ReadableSpan | RecentSpan)[] = []
  let next = 0
  return {
    get wanted() {
      return wanted
    },
    add(span) {
      if (!wanted) return
      ring[next] = span
      next = (next + 1) % size
    },
    list() {
      wanted = true
      for (const [index, span] of ring.entries()) if ('spanContext' in span) ring[index] = plainSpan(span)
      return [...ring.slice(next), ...ring.slice(0, next)] as RecentSpan[]
    }
  }
}

function plainSpan(span: ReadableSpan): RecentSpan {
  const { traceId, spanId } = span.spanContext()
  return {
    traceId,
    spanId,
    parentSpanId: span.parentSpanContext?.spanId,
    name: span.name,
    kind: SpanKind[span.kind] ?? 'INTERNAL',
    startTime: new Date(fromHrTime(span.startTime)).toISOString(),
    durationMs: fromHrTime(span.duration),
    status: SpanStatusCode[span.status.code] ?? 'UNSET',
    statusMessage: span.status.message,
    scope: span.instrumentationScope.name,
    attributes: { ...span.attributes },
    events: span.events.map(({ name, time, attributes }) => ({
      name,
      time: new Date(fromHrTime(time)).toISOString(),
      attributes: { ...attributes }
    }))
  }
}
