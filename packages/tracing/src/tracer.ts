// Tracers of the application: the API's Tracer making our spans, on a provider of the SDK.
import {
  type Attributes,
  type Context,
  context,
  type Link,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  TraceFlags,
  type Tracer,
  type TracerOptions,
  trace
} from '@opentelemetry/api'
import { isTracingSuppressed } from '@opentelemetry/core'
import { randomId, randomSpanId } from '@rag/core'
import { callerLink, type Treatment } from './propagation/incoming.js'
import type { Late } from './sampling/late.js'
import { askSampler, type Decider } from './sampling/sampler.js'
import { knownContext } from './span/known-context.js'
import { OwnSpan, type Scope, type SpanOwner } from './span/own-span.js'
import { readTime, wallTime } from './span/time.js'
import { UnsampledSpan } from './span/unsampled.js'
import { maskedText, plainAttributes, plainText } from './span/values.js'

const SUPPRESSED = trace.wrapSpanContext({ traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 })
const NO_OPTIONS: SpanOptions = Object.freeze({})
const LONGEST_SCOPE = 256

export interface TracerParts {
  owner: SpanOwner
  decider: Decider
  late: Late | undefined
  treatment: (peer: string | undefined) => Treatment
  started(span: OwnSpan, parent: Context): void
}

/** Most tracers that are kept for those who ask for them again. */
const MOST_TRACERS = 1000

/** What a provider answers to `getTracer`: a tracer of its own for each scope. */
export function createTracers(parts: TracerParts): (name: string, version?: string, options?: TracerOptions) => Tracer {
  const tracers = new Map<string, Tracer>()
  const shown = (text: string): string => maskedText(text, parts.owner.mask, LONGEST_SCOPE)
  return (givenName, givenVersion, options) => {
    const name = plainText(givenName ?? '')
    const version = plainText(givenVersion ?? '')
    const schemaUrl = plainText(schemaOf(options) ?? '')
    const key = `${name}@${version}:${schemaUrl}`
    let tracer = tracers.get(key)
    if (!tracer) {
      const scope = { name: shown(name), ...(version && { version: shown(version) }), ...(schemaUrl && { schemaUrl: shown(schemaUrl) }) }
      tracer = createTracer(parts, scope)
      if (tracers.size < MOST_TRACERS) tracers.set(key, tracer)
    }
    return tracer
  }
}

function createTracer({ owner, decider, late, treatment, started }: TracerParts, scope: Scope): Tracer {
  const inherits = !decider.sampler && !late
  /** The parent decides; one in another process within bounds. */
  const isWanted = ({ traceId, traceFlags, isRemote }: SpanContext, name: string): boolean =>
    (traceFlags & TraceFlags.SAMPLED) === TraceFlags.SAMPLED && (!isRemote || decider.forced(traceId, name, undefined))
  const startSpan = (name: string, options: SpanOptions = NO_OPTIONS, given?: Context): Span => {
    const active = given === undefined ? context.active() : usable(given)
    // Below a span that is not recorded nothing is, and the first says all that is asked of the others.
    const around = trace.getSpan(active)
    if (inherits && around instanceof UnsampledSpan && !isRoot(options)) return around
    if (isTracingSuppressed(active)) return SUPPRESSED
    let kind: SpanKind = SpanKind.INTERNAL
    let root: boolean | undefined
    let attributes: Attributes | undefined
    let links: Link[] | undefined
    let startTime: SpanOptions['startTime']
    try {
      const given = options.kind
      if (given !== undefined && given >= SpanKind.INTERNAL && given <= SpanKind.CONSUMER) kind = given
      ;({ root, attributes, links, startTime } = options)
    } catch {
      // Options may be a proxy or have getters that throw; what could be read counts.
    }
    const parentContext = root ? trace.deleteSpan(active) : active
    const outer = root ? undefined : around
    let parent = outer && knownContext(outer)
    // An HTTP instrumentation hands the caller's context on unasked; what it is worth is decided here as for our own adapters.
    const caller = parent?.isRemote && kind === SpanKind.SERVER ? parent : undefined
    const mode = caller ? treatment(peerOf(attributes)) : 'trust'
    if (mode !== 'trust') parent = undefined
    const traceId = parent ? parent.traceId : randomId()
    const title = plainText(name)
    let flags: number = TraceFlags.NONE
    let added: Attributes | undefined
    let traceState = parent?.traceState
    if (decider.sampler) {
      const known = plainAttributes(attributes, owner.limits.attributes).attributes
      const answer = askSampler(decider.sampler, parentContext, traceId, title, kind, known, links ?? [])
      ;({ flags, attributes: added } = answer)
      traceState = answer.traceState ?? traceState
    } else if (parent ? isWanted(parent, title) : decider.root(traceId, title, undefined)) flags = TraceFlags.SAMPLED
    const spanContext = traceState
      ? { traceId, spanId: randomSpanId(), traceFlags: flags, traceState }
      : { traceId, spanId: randomSpanId(), traceFlags: flags }
    if (flags === TraceFlags.NONE && !late) return new UnsampledSpan(spanContext)
    const mark = startTime === undefined ? performance.now() : -1
    const start = startTime === undefined ? wallTime(Date.now(), mark) : readTime(startTime)
    const span = new OwnSpan(owner, scope, title, kind, spanContext, parent, start, mark)
    if (attributes) span.take(attributes)
    if (added) span.take(added)
    if (links) span.addLinks(links)
    if (caller && mode === 'link') span.addLink(callerLink(caller))
    if (flags === TraceFlags.NONE) late?.hold(span, outer)
    started(span, parentContext)
    return span
  }
  return {
    startSpan,
    startActiveSpan<F extends (span: Span) => unknown>(name: string, ...rest: unknown[]): ReturnType<F> {
      const fn = rest.pop() as F
      const [options, parent] = rest as [SpanOptions | undefined, Context | undefined]
      const outer = parent === undefined ? context.active() : usable(parent)
      const span = startSpan(name, options ?? NO_OPTIONS, outer)
      // The span that is active already: no context of its own.
      if (parent === undefined && span instanceof UnsampledSpan && trace.getSpan(outer) === span) return fn(span) as ReturnType<F>
      return context.with(trace.setSpan(outer, span), fn as (span: Span) => ReturnType<F>, undefined, span)
    }
  } as Tracer
}

/** What was given as a context, if it is one. */
function usable(given: Context): Context {
  try {
    trace.getSpan(given)
    return given
  } catch {
    return context.active()
  }
}

function schemaOf(options: TracerOptions | undefined): unknown {
  try {
    return options?.schemaUrl
  } catch {
    return undefined
  }
}

function isRoot(options: SpanOptions): boolean {
  try {
    return options.root === true
  } catch {
    return false
  }
}

/** Who called, as an instrumentation says it at the start of its span. */
function peerOf(attributes: Attributes | undefined): string | undefined {
  try {
    const peer = attributes?.['network.peer.address'] ?? attributes?.['net.peer.ip'] ?? attributes?.['client.address']
    return typeof peer === 'string' ? peer : undefined
  } catch {
    return undefined
  }
}
