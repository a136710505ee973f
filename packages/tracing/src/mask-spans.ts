// Puts the masking gate before any exporter: what it gets are masked views of the spans.
import type { Attributes } from '@opentelemetry/api'
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base'
import { type Masker, resolveMasker } from '@rag/core'
import { OwnSpan } from './span/own-span.js'
import { maskedContext } from './span/trace-state.js'
import { DEFAULT_LIMITS, eachAttribute, keyedMask, type Mask, maskedKey, maskedText, maskedValue, plainText } from './span/values.js'

/**
 * Wraps an exporter so that every span that passes, third-party ones included, is masked: names, attributes, events, status, links, resources.
 *
 * @example
 * provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(maskSpans(new OTLPTraceExporter()))] })
 */
export function maskSpans<E extends SpanExporter>(exporter: E, masker?: Masker): E {
  notes.wrapped = true
  // A masker of the application that throws costs the field, not the span.
  const mask = keyedMask(resolveMasker(masker))
  const viewOf = resourceView(mask)
  return new Proxy(exporter, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (name === 'export') {
        return (spans: ReadableSpan[], done: Parameters<SpanExporter['export']>[1]) =>
          target.export(
            spans.map((span) => maskedSpan(span, mask, viewOf)),
            done
          )
      }
      return typeof value === 'function' ? value.bind(target) : value
    }
  })
}

/** Copies of this module in one process share what they know. */
const KEY = Symbol.for('@rag/tracing/mask-spans/1')
const carrier = globalThis as { [KEY]?: { wrapped: boolean; announced: boolean } }
carrier[KEY] ??= { wrapped: false, announced: false }
const notes = carrier[KEY]

/** Says once that spans leave by exporters of the application that nobody has wrapped. */
export function announceUnmasked(): void {
  if (notes.wrapped || notes.announced) return
  notes.announced = true
  process.emitWarning(
    'The application has its own tracer provider: spans join it and leave by its exporters. Wrap those with maskSpans(exporter) so that they are masked.',
    { type: 'RagTelemetryWarning', code: 'RAG_TRACING_FOREIGN_PROVIDER' }
  )
}

function maskedAttributes(given: Attributes | undefined, mask: Mask): Attributes {
  const masked: Attributes = {}
  const { textLength } = DEFAULT_LIMITS
  eachAttribute(given, (key, value) => {
    masked[maskedKey(key, mask)] = maskedValue(value, mask, key === 'exception.stacktrace' ? textLength * 4 : textLength, key)
  })
  return masked
}

/** One view a resource, as exporters group spans by it. Detectors put the command line there, and what it holds. */
function resourceView(mask: Mask): (resource: ReadableSpan['resource']) => ReadableSpan['resource'] {
  const views = new WeakMap<ReadableSpan['resource'], ReadableSpan['resource']>()
  return (resource) => {
    // A span that some library made by hand may have none.
    if (!resource) return resource
    let view = views.get(resource)
    if (!view) {
      view = new Proxy(resource, {
        get(target, name) {
          const value: unknown = Reflect.get(target, name, target)
          if (name === 'attributes') return maskedAttributes(value as Attributes, mask)
          return typeof value === 'function' ? value.bind(target) : value
        }
      })
      views.set(resource, view)
    }
    return view
  }
}

/** Its name and version are texts of whoever made the tracer. */
function maskedScope(scope: ReadableSpan['instrumentationScope'], mask: Mask): ReadableSpan['instrumentationScope'] {
  const text = (value: unknown): string => maskedText(plainText(value), mask, DEFAULT_LIMITS.textLength)
  return {
    ...scope,
    name: text(scope.name),
    ...(scope.version !== undefined && { version: text(scope.version) }),
    ...(scope.schemaUrl !== undefined && { schemaUrl: text(scope.schemaUrl) })
  }
}

/** A masked view of a span; ours are masked by themselves. */
function maskedSpan(span: ReadableSpan, mask: Mask, viewOf: ReturnType<typeof resourceView>): ReadableSpan {
  if (span instanceof OwnSpan) return span
  const text = (value: string): string => maskedText(plainText(value), mask, DEFAULT_LIMITS.textLength)
  const attributes = (given: Attributes | undefined): Attributes => maskedAttributes(given, mask)
  const { parentSpanContext } = span
  return {
    name: text(span.name),
    kind: span.kind,
    spanContext: () => maskedContext(span.spanContext(), mask),
    ...(parentSpanContext && { parentSpanContext: maskedContext(parentSpanContext, mask) }),
    startTime: span.startTime,
    endTime: span.endTime,
    duration: span.duration,
    ended: span.ended,
    status: span.status.message === undefined ? span.status : { code: span.status.code, message: text(span.status.message) },
    attributes: attributes(span.attributes),
    links: span.links.map((link) => ({ ...link, context: maskedContext(link.context, mask), attributes: attributes(link.attributes) })),
    events: span.events.map((event) => ({ ...event, name: text(event.name), attributes: attributes(event.attributes) })),
    resource: viewOf(span.resource),
    instrumentationScope: maskedScope(span.instrumentationScope, mask),
    droppedAttributesCount: span.droppedAttributesCount,
    droppedEventsCount: span.droppedEventsCount,
    droppedLinksCount: span.droppedLinksCount
  }
}
