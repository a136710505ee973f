// One span as `opentelemetry.proto.trace.v1.Span`; https://github.com/open-telemetry/opentelemetry-proto
import type { Attributes } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { OwnSpan } from '../span/own-span.js'
import { fromHrTime } from '../span/time.js'
import { stateText } from '../span/trace-state.js'
import { AS_IS, maskedText, maskedValue } from '../span/values.js'
import type { Writer } from './writer.js'

/** Writes a span as field 2 of a ScopeSpans. */
export function encodeSpan(writer: Writer, span: ReadableSpan): void {
  const own = span instanceof OwnSpan ? span : undefined
  const mask = own ? own.owner.mask : AS_IS
  writer.maskKeysBy(mask)
  const context = own ? own.context : span.spanContext()
  const { traceId, spanId, traceFlags } = context
  const parent = span.parentSpanContext
  const start = writer.openWide(0x12)
  writer.hex(0x0a, traceId)
  writer.hex(0x12, spanId)
  const state = context.traceState && stateText(context, mask)
  if (state) writer.text(0x1a, state)
  if (parent?.spanId) writer.hex(0x22, parent.spanId)
  writer.text(0x2a, span.name)
  writer.number(0x30, span.kind + 1)
  const startMs = own ? own.startMs : fromHrTime(span.startTime)
  writer.nanos(0x39, startMs)
  writer.nanos(0x41, own ? startMs + own.durationMs : fromHrTime(span.endTime))
  if (own) own.visitAttributes(writer)
  else putAll(writer, span.attributes)
  if (span.droppedAttributesCount > 0) writer.number(0x50, span.droppedAttributesCount)
  if (own) encodeOwnEvents(writer, own)
  else
    for (const { name, time, attributes, droppedAttributesCount } of span.events)
      encodeEvent(writer, name, fromHrTime(time), attributes, droppedAttributesCount)
  if (span.droppedEventsCount > 0) writer.number(0x60, span.droppedEventsCount)
  if (own ? own.rawLinks.length > 0 : span.links.length > 0) encodeLinks(writer, span)
  if (span.droppedLinksCount > 0) writer.number(0x70, span.droppedLinksCount)
  const { code, message } = span.status
  if (code !== 0) {
    const status = writer.open(0x7a)
    if (message !== undefined && message !== '') writer.text(0x12, message)
    writer.number(0x18, code)
    writer.close(status)
  }
  // Bit 8 says that bit 9, whether the parent is in another process, is known.
  writer.fixed32(0x85, 0x01, (traceFlags & 0xff) | 0x100 | (parent?.isRemote ? 0x200 : 0))
  writer.closeWide(start)
}

function encodeOwnEvents(writer: Writer, span: OwnSpan): void {
  const { mask, limits } = span.owner
  for (const { name, time, attributes, dropped } of span.listEvents()) {
    const masked: Attributes = {}
    for (const key in attributes) {
      masked[key] = maskedValue(attributes[key]!, mask, key === 'exception.stacktrace' ? limits.textLength * 4 : limits.textLength, key)
    }
    encodeEvent(writer, maskedText(name, mask, limits.textLength), time, masked, dropped)
  }
}

function encodeEvent(writer: Writer, name: string, time: number, attributes: Attributes | undefined, dropped: number | undefined): void {
  const start = writer.open(0x5a)
  writer.nanos(0x09, time)
  writer.text(0x12, name)
  if (attributes) writer.tagged(0x1a, () => putAll(writer, attributes))
  if (dropped) writer.number(0x20, dropped)
  writer.close(start)
}

function encodeLinks(writer: Writer, span: ReadableSpan): void {
  for (const { context, attributes } of span.links) {
    const start = writer.open(0x6a)
    writer.hex(0x0a, context.traceId)
    writer.hex(0x12, context.spanId)
    const state = context.traceState && stateText(context, AS_IS)
    if (state) writer.text(0x1a, state)
    if (attributes) writer.tagged(0x22, () => putAll(writer, attributes))
    writer.fixed32Short(0x35, (context.traceFlags & 0xff) | 0x100 | (context.isRemote ? 0x200 : 0))
    writer.close(start)
  }
}

function putAll(writer: Writer, attributes: Attributes): void {
  for (const key in attributes) writer.put(key, attributes[key])
}
