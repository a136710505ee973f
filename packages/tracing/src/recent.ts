// The last finished spans as plain masked objects, for an admin page; nothing is kept until somebody asks.
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
  const ring: RecentSpan[] = []
  let next = 0
  return {
    get wanted() {
      return wanted
    },
    add(span) {
      if (!wanted) return
      ring[next] = plainSpan(span)
      next = (next + 1) % size
    },
    list() {
      wanted = true
      return [...ring.slice(next), ...ring.slice(0, next)]
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
