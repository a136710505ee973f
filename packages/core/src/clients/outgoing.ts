// A request that this process sends, whatever client sends it: how it is announced, what it carries, how it ends.
import { type Baggage, type Context, context, propagation } from '@opentelemetry/api'
import { operationIn, startOperation } from '../context.js'
import type { Observers } from '../observer.js'
import { type Operation, type OperationRecord, spanOf } from '../operation.js'
import { formatTraceparent } from '../traceparent.js'
import { callOutcome } from './call.js'
import { type PeerName, peerNamesOfEnvironment } from './peers.js'
import type { Target } from './target.js'
import { vectorCall } from './vector-stores.js'

export type Outgoing = OperationRecord<'client'> | OperationRecord<'db'>

/** Marks an operation whose request is on its way down through other clients that may be instrumented too. */
const ANNOUNCED = Symbol.for('@rag/core/announced/1')

/** The operation that a client above this one has announced for the same request; the observers here join it. */
export function announcedAbove(list: Observers | undefined, active: Context = context.active()): OperationRecord | undefined {
  const outer = operationIn(active) as OperationRecord | undefined
  if (outer?.carrier !== ANNOUNCED || outer.durationMs !== undefined) return undefined
  if (list) outer.join(list)
  return outer
}

/** Announces a request; a call to a vector store is one of a data store. */
export function startOutgoing(
  method: string,
  { scheme, hostname, port, path, query }: Target,
  observers: Observers | undefined,
  { requestBytes, peerName = peerNamesOfEnvironment(), active }: OutgoingFacts = NOTHING_MORE
): Outgoing {
  const vector = vectorCall(method, hostname, path)
  const operation = vector
    ? startOperation(
        'db',
        vector.collection ? `${vector.operation} ${vector.collection}` : vector.operation,
        {
          ...vector,
          statement: undefined,
          namespace: undefined,
          host: hostname,
          port,
          peerService: vector.system,
          rows: undefined,
          batchSize: undefined
        },
        observers,
        active
      )
    : startOperation(
        'client',
        method,
        {
          method,
          host: hostname,
          port,
          scheme,
          path,
          query,
          statusCode: undefined,
          peerService: peerName(hostname, port, scheme),
          requestBytes,
          responseBytes: undefined
        },
        observers,
        active
      )
  operation.carrier = ANNOUNCED
  return operation as Outgoing
}

/** What some clients know of a request beside its address. */
interface OutgoingFacts {
  requestBytes?: number | undefined
  peerName?: PeerName
  active?: Context
}
const NOTHING_MORE: OutgoingFacts = Object.freeze({})

/** Ends a request that was answered. */
export function endAnswered(operation: Outgoing, statusCode: number, contentLength: unknown): void {
  if (operation.durationMs !== undefined) return
  operation.attributes.statusCode = statusCode
  const size = contentLength === undefined || contentLength === null ? Number.NaN : Number(contentLength)
  if (operation.kind === 'client' && Number.isFinite(size)) operation.attributes.responseBytes = size
  operation.mark('first-byte')
  operation.end(statusCode >= 400 ? 'error' : 'ok')
}

export function endFailed(operation: Outgoing, error: unknown): void {
  operation.end(callOutcome(error), error)
}

/** What a call must carry for the trace to go on: by the application's propagator if it has one, else W3C; baggage only to hosts that an observer allows. */
export function traceHeaders(active: Context, operation: Operation, host: string): Record<string, string> {
  const headers: Record<string, string> = {}
  try {
    const baggage = propagation.getBaggage(active)
    const carried = baggage !== undefined && operation.observers.some((observer) => observer.baggageTo?.(host) === true)
    if (propagation.fields().length > 0) {
      propagation.inject(baggage === undefined || carried ? active : propagation.deleteBaggage(active), headers)
    } else {
      const span = spanOf(operation)?.spanContext()
      if (span) {
        headers['traceparent'] = formatTraceparent(span.traceId, span.spanId, span.traceFlags)
        const state = span.traceState?.serialize()
        if (state) headers['tracestate'] = state
      }
    }
    if (carried && !headers['baggage']) {
      const written = writeBaggage(baggage)
      if (written !== '') headers['baggage'] = written
    }
  } catch {
    // A propagator of the application that throws costs the link, not the call.
  }
  return headers
}

// https://www.w3.org/TR/baggage/#limits: what every system along the way has to pass on.
const MOST_ENTRIES = 64
const LONGEST_BAGGAGE = 8192
const BAGGAGE_KEY = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/

/** Baggage as a header: an entry that cannot be one, or for which there is no room, is left out, or the call would fail for it. */
function writeBaggage(baggage: Baggage): string {
  let written = ''
  for (const [key, entry] of baggage.getAllEntries().slice(0, MOST_ENTRIES)) {
    if (!BAGGAGE_KEY.test(key)) continue
    try {
      const member = `${key}=${encodeURIComponent(entry.value)}`
      if (written.length + member.length < LONGEST_BAGGAGE) written += written === '' ? member : `,${member}`
    } catch {
      // Half a character has no escape.
    }
  }
  return written
}

/** Whether headers as undici has them carry a trace: a list of names and values, or in older versions the text of the head. */
export function carriesTrace(headers: unknown): boolean {
  if (Array.isArray(headers))
    return headers.some((name, index) => index % 2 === 0 && /^(?:traceparent|b3|uber-trace-id)$/i.test(String(name)))
  return /^(?:traceparent|b3|uber-trace-id):/im.test(String(headers))
}
