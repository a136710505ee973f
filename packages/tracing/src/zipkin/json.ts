// Zipkin v2 JSON; https://zipkin.io/zipkin-api/ and https://opentelemetry.io/docs/specs/otel/trace/sdk_exporters/zipkin/
import { type HrTime, SpanKind, SpanStatusCode } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import type { JsonFormat } from '../export/json-encoder.js'

export const zipkinJson: JsonFormat = {
  span: (span) => JSON.stringify(plainSpan(span)),
  body: (groups) => `[${groups.flatMap(({ spans }) => spans).join(',')}]`
}

/** Zipkin has no word for work inside a process. */
const KINDS: Partial<Record<SpanKind, string>> = {
  [SpanKind.SERVER]: 'SERVER',
  [SpanKind.CLIENT]: 'CLIENT',
  [SpanKind.PRODUCER]: 'PRODUCER',
  [SpanKind.CONSUMER]: 'CONSUMER'
}

function plainSpan(span: ReadableSpan): object {
  const { traceId, spanId } = span.spanContext()
  const parentId = span.parentSpanContext?.spanId
  const kind = KINDS[span.kind]
  return {
    traceId,
    id: spanId,
    ...(parentId && { parentId }),
    name: span.name,
    ...(kind && { kind }),
    timestamp: micros(span.startTime),
    // Zipkin takes no zero.
    duration: Math.max(1, micros(span.duration)),
    localEndpoint: { serviceName: String(span.resource.attributes['service.name'] ?? 'unknown_service') },
    ...remoteEndpoint(span),
    annotations: span.events.map(({ time, name, attributes }) => ({
      timestamp: micros(time),
      value: attributes && Object.keys(attributes).length > 0 ? `${JSON.stringify(name)}: ${JSON.stringify(attributes)}` : name
    })),
    tags: tagsOf(span)
  }
}

function remoteEndpoint({ kind, attributes }: ReadableSpan): object {
  const name = attributes['peer.service'] ?? attributes['server.address']
  if ((kind !== SpanKind.CLIENT && kind !== SpanKind.PRODUCER) || name === undefined) return {}
  const port = attributes['server.port']
  return { remoteEndpoint: { serviceName: String(name), ...(typeof port === 'number' && { port }) } }
}

function tagsOf(span: ReadableSpan): Record<string, string> {
  const tags: Record<string, string> = {}
  for (const given of [span.resource.attributes, span.attributes]) {
    for (const [key, value] of Object.entries(given)) {
      if (value === undefined || value === null || key === 'service.name') continue
      tags[key] = Array.isArray(value) ? JSON.stringify(value) : String(value)
    }
  }
  const { code, message } = span.status
  if (code !== SpanStatusCode.UNSET) tags['otel.status_code'] = SpanStatusCode[code]
  // Zipkin paints a span red that has this tag, whatever it says.
  if (code === SpanStatusCode.ERROR) tags['error'] = message || 'true'
  else delete tags['error']
  const { name, version } = span.instrumentationScope
  tags['otel.scope.name'] = name
  if (version) tags['otel.scope.version'] = version
  if (span.links.length > 0) tags['otel.links'] = JSON.stringify(span.links.map(({ context }) => `${context.traceId}-${context.spanId}`))
  for (const [kind, count] of [
    ['attributes', span.droppedAttributesCount],
    ['events', span.droppedEventsCount],
    ['links', span.droppedLinksCount]
  ] as const) {
    if (count > 0) tags[`otel.dropped_${kind}_count`] = String(count)
  }
  return tags
}

function micros([seconds, nanoseconds]: HrTime): number {
  return seconds * 1_000_000 + Math.round(nanoseconds / 1000)
}
