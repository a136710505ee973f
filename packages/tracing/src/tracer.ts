// Tracers of the application: the API's Tracer making our spans, on a provider of the SDK.
import {
  type Attributes,
  type Context,
  context,
  isSpanContextValid,
  type Link,
  type Span,
  SpanKind,
  type SpanOptions,
  TraceFlags,
  type Tracer,
  trace
} from '@opentelemetry/api'
import { isTracingSuppressed } from '@opentelemetry/core'
import { randomId, randomSpanId } from '@rag/core'
import { askSampler, type Decider } from './sampling/sampler.js'
import { OwnSpan, type Scope, type SpanOwner } from './span/own-span.js'
import { now, readTime } from './span/time.js'
import { plainText } from './span/values.js'

const SUPPRESSED = trace.wrapSpanContext({ traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 })
const NO_ATTRIBUTES: Attributes = Object.freeze({})

export function createTracer(owner: SpanOwner, scope: Scope, decider: Decider, started: (span: OwnSpan, parent: Context) => void): Tracer {
  const startSpan = (name: string, options: SpanOptions = {}, active: Context = context.active()): Span => {
    if (isTracingSuppressed(active)) return SUPPRESSED
    const { kind = SpanKind.INTERNAL, root, attributes, links, startTime } = read(options)
    const parentContext = root ? trace.deleteSpan(active) : active
    const candidate = trace.getSpan(parentContext)?.spanContext()
    const parent = candidate && isSpanContextValid(candidate) ? candidate : undefined
    const traceId = parent ? parent.traceId : randomId()
    const title = plainText(name)
    let flags: number = parent ? parent.traceFlags & TraceFlags.SAMPLED : TraceFlags.NONE
    let added: Attributes | undefined
    if (decider.sampler) ({ flags, attributes: added } = askSampler(decider.sampler, parentContext, traceId, title, kind, NO_ATTRIBUTES))
    else if (!parent) flags = decider.root(traceId, title, undefined, kind, NO_ATTRIBUTES) ? TraceFlags.SAMPLED : TraceFlags.NONE
    const spanContext = parent?.traceState
      ? { traceId, spanId: randomSpanId(), traceFlags: flags, traceState: parent.traceState }
      : { traceId, spanId: randomSpanId(), traceFlags: flags }
    if (flags === TraceFlags.NONE) return trace.wrapSpanContext(spanContext)
    const span = new OwnSpan(owner, scope, title, kind, spanContext, parent, startTime === undefined ? now() : readTime(startTime))
    if (attributes) span.take(attributes)
    if (added) span.take(added)
    if (links) span.addLinks(links)
    started(span, parentContext)
    return span
  }
  return {
    startSpan,
    startActiveSpan<F extends (span: Span) => unknown>(name: string, ...rest: unknown[]): ReturnType<F> {
      const fn = rest.pop() as F
      const [options, parent] = rest as [SpanOptions | undefined, Context | undefined]
      const outer = parent ?? context.active()
      const span = startSpan(name, options ?? {}, outer)
      return context.with(trace.setSpan(outer, span), fn as (span: Span) => ReturnType<F>, undefined, span)
    }
  } as Tracer
}

interface Read {
  kind?: SpanKind
  root?: boolean
  attributes?: Attributes
  links?: Link[]
  startTime?: SpanOptions['startTime']
}

/** Options may be a proxy or have getters that throw; what can be read counts. */
function read(options: SpanOptions): Read {
  try {
    const { kind, root, attributes, links, startTime } = options
    const known: Read = {}
    if (kind !== undefined && kind >= SpanKind.INTERNAL && kind <= SpanKind.CONSUMER) known.kind = kind
    if (root) known.root = true
    if (attributes) known.attributes = attributes
    if (Array.isArray(links)) known.links = links
    if (startTime !== undefined) known.startTime = startTime
    return known
  } catch {
    return {}
  }
}
