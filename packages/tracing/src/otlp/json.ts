// OTLP as JSON: ids in hexadecimal, 64-bit numbers as texts; https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
import type { Attributes, HrTime } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import type { JsonFormat } from '../export/json-encoder.js'
import { OwnSpan } from '../span/own-span.js'
import { stateText } from '../span/trace-state.js'
import { AS_IS } from '../span/values.js'

export const otlpJson: JsonFormat = {
  span: (span) => JSON.stringify(plainSpan(span)),
  body: (groups) => {
    const texts = groups.map(({ sample: { resource, instrumentationScope: scope }, spans }) => {
      const about = JSON.stringify({ attributes: pairs(resource.attributes as Attributes) })
      const scoped = JSON.stringify({ name: scope.name, ...(scope.version && { version: scope.version }) })
      const schema = scope.schemaUrl ? `,"schemaUrl":${JSON.stringify(scope.schemaUrl)}` : ''
      return `{"resource":${about},"scopeSpans":[{"scope":${scoped},"spans":[${spans.join(',')}]${schema}}]}`
    })
    return `{"resourceSpans":[${texts.join(',')}]}`
  }
}

function plainSpan(span: ReadableSpan): object {
  const mask = span instanceof OwnSpan ? span.owner.mask : AS_IS
  const context = span.spanContext()
  const { traceId, spanId, traceFlags } = context
  const parent = span.parentSpanContext
  const state = stateText(context, mask)
  return {
    traceId,
    spanId,
    ...(state && { traceState: state }),
    ...(parent?.spanId && { parentSpanId: parent.spanId }),
    name: span.name,
    kind: span.kind + 1,
    startTimeUnixNano: nanos(span.startTime),
    endTimeUnixNano: nanos(span.endTime),
    attributes: pairs(span.attributes),
    ...(span.droppedAttributesCount > 0 && { droppedAttributesCount: span.droppedAttributesCount }),
    events: span.events.map(({ time, name, attributes, droppedAttributesCount }) => ({
      timeUnixNano: nanos(time),
      name,
      attributes: pairs(attributes ?? {}),
      ...(droppedAttributesCount && { droppedAttributesCount })
    })),
    ...(span.droppedEventsCount > 0 && { droppedEventsCount: span.droppedEventsCount }),
    links: span.links.map(({ context: linked, attributes }) => {
      const linkedState = stateText(linked, AS_IS)
      return {
        traceId: linked.traceId,
        spanId: linked.spanId,
        ...(linkedState && { traceState: linkedState }),
        attributes: pairs(attributes ?? {}),
        flags: flagsOf(linked)
      }
    }),
    ...(span.droppedLinksCount > 0 && { droppedLinksCount: span.droppedLinksCount }),
    status: { code: span.status.code, ...(span.status.message && { message: span.status.message }) },
    flags: flagsOf({ traceFlags, isRemote: parent?.isRemote })
  }
}

/** Bit 8 says that bit 9, whether the other span is in another process, is known. */
function flagsOf({ traceFlags, isRemote }: { traceFlags: number; isRemote?: boolean | undefined }): number {
  return (traceFlags & 0xff) | 0x100 | (isRemote ? 0x200 : 0)
}

function pairs(attributes: Attributes): { key: string; value: object }[] {
  return Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined || value === null ? [] : [{ key, value: anyValue(value) }]
  )
}

function anyValue(value: unknown): object {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } }
  if (typeof value !== 'number') return {}
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return { intValue: String(value) }
  return { doubleValue: Number.isFinite(value) ? value : String(value) }
}

function nanos([seconds, nanoseconds]: HrTime): string {
  return `${seconds}${String(nanoseconds).padStart(9, '0')}`.replace(/^0+(?=\d)/, '')
}
