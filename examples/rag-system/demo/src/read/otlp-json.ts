// Reads spans from an OTLP body in JSON. https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
import { type AttributeValue, type ReadSpan, times } from './spans.js'

interface AnyValue {
  stringValue?: string
  boolValue?: boolean
  intValue?: string | number
  doubleValue?: number
  arrayValue?: { values?: AnyValue[] }
}
interface KeyValue {
  key: string
  value?: AnyValue
}
interface Span {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind?: number
  startTimeUnixNano: string | number
  endTimeUnixNano: string | number
  attributes?: KeyValue[]
  events?: { name: string }[]
  status?: { code?: number }
}
interface Body {
  resourceSpans?: { resource?: { attributes?: KeyValue[] }; scopeSpans?: { spans?: Span[] }[] }[]
}

export function spansFromJson(text: string): ReadSpan[] {
  const { resourceSpans = [] } = JSON.parse(text) as Body
  return resourceSpans.flatMap(({ resource, scopeSpans = [] }) => {
    const service = String(attributesOf(resource?.attributes)['service.name'] ?? '')
    return scopeSpans.flatMap(({ spans = [] }) =>
      spans.map((span) => ({
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId ?? '',
        name: span.name,
        kind: span.kind ?? 0,
        ...times(BigInt(span.startTimeUnixNano), BigInt(span.endTimeUnixNano)),
        status: span.status?.code ?? 0,
        attributes: attributesOf(span.attributes),
        events: (span.events ?? []).map(({ name }) => ({ name })),
        service
      }))
    )
  })
}

function attributesOf(list: readonly KeyValue[] = []): Record<string, AttributeValue> {
  return Object.fromEntries(list.map(({ key, value }) => [key, readValue(value)]))
}

function readValue(value: AnyValue = {}): AttributeValue {
  if (value.intValue !== undefined) return Number(value.intValue)
  if (value.arrayValue) return (value.arrayValue.values ?? []).map(readValue)
  return value.stringValue ?? value.boolValue ?? value.doubleValue ?? ''
}
