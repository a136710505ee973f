// Makes the span of an operation when it is first asked for, and records it when the operation is over.
import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  TraceFlags,
  type Tracer,
  trace
} from '@opentelemetry/api'
import { isTracingSuppressed } from '@opentelemetry/core'
import { type ClientAttributes, type Observer, type Operation, randomId, randomSpanId, type ServerAttributes, spanOf } from '@rag/core'
import { describe, spanKindOf } from './describe/index.js'
import type { BaggageRules } from './propagation/baggage.js'
import { type Format, readCaller } from './propagation/formats.js'
import { callerLink, type Treatment } from './propagation/incoming.js'
import type { Late } from './sampling/late.js'
import { askSampler, type Decider } from './sampling/sampler.js'
import { finishForeign, startForeign } from './span/foreign.js'
import { knownContext } from './span/known-context.js'
import { OperationSpan } from './span/operation-span.js'
import type { Scope, SpanOwner } from './span/own-span.js'
import { objectSink } from './span/sink.js'
import { UnsampledSpan } from './span/unsampled.js'

export interface ObserverParts {
  service: string
  owner: SpanOwner
  scope: Scope
  decider: Decider
  formats: readonly Format[]
  treatment: (peer: string | undefined) => Treatment
  /** The tracer of a provider that is not ours, if the application has one: then its spans are made, so that the tree is whole. */
  foreignTracer(): Tracer | undefined
  started(span: OperationSpan, parent: Context): void
  late: Late | undefined
  baggage: BaggageRules
}

export function createObserver({
  service,
  owner,
  scope,
  decider,
  formats,
  treatment,
  foreignTracer,
  started,
  late,
  baggage
}: ObserverParts): Observer {
  const inherits = !decider.sampler && !late
  const makeSpan = (operation: Operation): Span | undefined => {
    const { kind, incoming, parentContext } = operation
    const outer = trace.getSpan(parentContext)
    if (inherits && kind !== 'server' && outer instanceof UnsampledSpan) return outer
    if (isTracingSuppressed(parentContext)) return undefined
    let parent: SpanContext | undefined
    let caller: SpanContext | undefined
    if (kind === 'server') {
      // An HTTP instrumentation of the application has made this span already.
      if (outer && (outer as { kind?: SpanKind }).kind === SpanKind.SERVER && !(outer instanceof OperationSpan)) return outer
      const mode = incoming ? treatment(incoming.peerAddress) : 'restart'
      if (incoming && mode !== 'restart') caller = readCaller(incoming.headers, formats)
      if (mode === 'trust') parent = caller
    } else if (outer) parent = knownContext(outer)
    const links = caller && !parent ? [callerLink(caller)] : undefined
    const foreign = foreignTracer()
    if (foreign)
      return startForeign(
        foreign,
        operation,
        kind === 'server' ? (parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT) : parentContext,
        links
      )
    const traceId = parent ? parent.traceId : randomId()
    let flags: number
    let added: Attributes | undefined
    let traceState = parent?.traceState
    if (decider.sampler) {
      const asked = parent ? trace.setSpanContext(parentContext, parent) : trace.deleteSpan(parentContext)
      const known: Attributes = {}
      describe(operation, objectSink(known), owner)
      const answer = askSampler(decider.sampler, asked, traceId, operation.name, spanKindOf(operation), known, links ?? [])
      ;({ flags, attributes: added } = answer)
      traceState = answer.traceState ?? traceState
    } else {
      const method =
        kind === 'server' || kind === 'client' ? (operation.attributes as ServerAttributes | ClientAttributes).method : undefined
      const name = kind === 'server' ? (operation.attributes as ServerAttributes).path : operation.name
      flags = TraceFlags.NONE
      if (!parent ? decider.root(traceId, name, method) : isSampled(parent) && (!parent.isRemote || decider.forced(traceId, name, method)))
        flags = TraceFlags.SAMPLED
    }
    const spanContext: SpanContext = { traceId, spanId: randomSpanId(), traceFlags: flags }
    if (traceState) spanContext.traceState = traceState
    if (flags === TraceFlags.NONE && !late) return new UnsampledSpan(spanContext)
    const span = new OperationSpan(owner, scope, operation, spanContext, parent)
    if (links) span.rawLinks = links
    if (added) span.take(added)
    if (flags === TraceFlags.NONE) late?.hold(span, outer)
    started(span, parentContext)
    return span
  }
  return {
    id: '@rag/tracing',
    service,
    span: makeSpan,
    enter: baggage.enter,
    baggageTo: baggage.allowedTo,
    end(operation) {
      const span = spanOf(operation)
      if (span instanceof OperationSpan) {
        if (span.owner === owner) span.finish()
      } else if (span) finishForeign(span, operation, owner)
    }
  }
}

function isSampled({ traceFlags }: SpanContext): boolean {
  return (traceFlags & TraceFlags.SAMPLED) === TraceFlags.SAMPLED
}
