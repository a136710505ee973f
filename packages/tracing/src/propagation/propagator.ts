// The API's propagator over our strict readers, for code that calls `propagation.inject` and `extract` itself.
import { type Context, type TextMapGetter, type TextMapPropagator, type TextMapSetter, trace } from '@opentelemetry/api'
import { knownContext } from '../span/known-context.js'
import { type Format, readCaller, writeCaller } from './formats.js'

const FIELDS: Record<Format, readonly string[]> = {
  w3c: ['traceparent', 'tracestate'],
  b3: ['b3'],
  b3multi: ['x-b3-traceid', 'x-b3-spanid', 'x-b3-sampled', 'x-b3-flags'],
  jaeger: ['uber-trace-id']
}

export function createPropagator(formats: readonly Format[]): TextMapPropagator {
  const fields = formats.flatMap((format) => FIELDS[format])
  return {
    fields: () => [...fields],
    inject(context: Context, carrier: unknown, setter: TextMapSetter) {
      const active = trace.getSpan(context)
      const span = active && knownContext(active)
      if (span) writeCaller(span, formats, (name, value) => setter.set(carrier, name, value))
    },
    extract(context: Context, carrier: unknown, getter: TextMapGetter) {
      const headers: Record<string, string | string[] | undefined> = {}
      for (const field of fields) {
        const value = getter.get(carrier, field)
        headers[field] = Array.isArray(value) && value.length === 1 ? value[0] : value
      }
      const caller = readCaller(headers, formats)
      return caller ? trace.setSpanContext(context, caller) : context
    }
  }
}
