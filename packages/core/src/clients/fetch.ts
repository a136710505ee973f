// HTTP out: a fetch that carries the trace on and records the call.
import { type Context, context, propagation } from '@opentelemetry/api'
import type { Outcome } from '../attributes.js'
import { activeOperation, contextOf, startOperation } from '../context.js'
import { type Observers, observerList } from '../observer.js'
import { type Operation, type OperationRecord, spanOf } from '../operation.js'
import { formatTraceparent } from '../traceparent.js'
import { outcomeOf } from '../work.js'

export interface FetchOptions {
  observers?: Observers
  /** The fetch underneath; the global one, read at each call. */
  fetch?: typeof fetch
}

/**
 * Makes a fetch that propagates the trace context and records each call. The request and the response are the caller's own.
 *
 * @example
 * const observedFetch = createFetch({ observers })
 * const answer = await observedFetch('http://127.0.0.1:3001/ask')
 */
export function createFetch({ observers, fetch: inner }: FetchOptions = {}): typeof fetch {
  const list = observers && observerList(observers)
  return async function observedFetch(input, init) {
    const send = inner ?? globalThis.fetch
    const outer = activeOperation()
    // A call below a model call or a cache belongs to that operation.
    if (outer && isCovered(outer)) return send(input, withTrace(input, init, context.active(), outer))
    if (outer?.kind === 'client' && outer.durationMs === undefined) {
      // The fetch above this one, such as `obs.fetch` over a covered global one, has announced this call.
      if (list) (outer as OperationRecord).join(list)
      return send(input, init)
    }
    const url = urlOf(input)
    if (!url) return send(input, init)
    const method = (init?.method ?? (input instanceof Request ? input.method : 'GET')).toUpperCase()
    const operation = startOperation(
      'client',
      method,
      {
        method,
        host: url.hostname,
        port: url.port === '' ? undefined : Number(url.port),
        scheme: url.protocol.slice(0, -1),
        path: url.pathname,
        query: url.search.slice(1),
        statusCode: undefined,
        peerService: url.hostname,
        requestBytes: bodySize(init?.body),
        responseBytes: undefined
      },
      list
    )
    try {
      const response = await context.with(contextOf(operation), () => send(input, withTrace(input, init, contextOf(operation), operation)))
      const length = Number(response.headers.get('content-length') ?? Number.NaN)
      operation.set({ statusCode: response.status, responseBytes: Number.isFinite(length) ? length : undefined })
      operation.mark('first-byte')
      operation.end(response.status >= 400 ? 'error' : 'ok')
      return response
    } catch (error) {
      operation.end(fetchOutcome(error), error)
      throw error
    }
  }
}

/** Whether calls below this operation are part of it. */
export function isCovered(operation: Operation): boolean {
  return (
    operation.kind === 'llm' ||
    operation.kind === 'cache' ||
    (operation.kind === 'db' && (operation as Operation<'db'>).attributes.system === 'elasticsearch')
  )
}

function fetchOutcome(error: unknown): Outcome {
  const code = (error as { cause?: { code?: unknown } } | null)?.cause?.code
  return typeof code === 'string' && code.includes('TIMEOUT') ? 'timeout' : outcomeOf(error)
}

/** The size of a body that is known before it is sent. */
function bodySize(body: RequestInit['body']): number | undefined {
  if (typeof body === 'string') return Buffer.byteLength(body)
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return body.byteLength
  return body instanceof Blob ? body.size : undefined
}

function urlOf(input: Parameters<typeof fetch>[0]): URL | undefined {
  try {
    return new URL(input instanceof Request ? input.url : String(input))
  } catch {
    return undefined
  }
}

/** The caller's init with the trace headers beside its own; headers that the caller set are kept. */
function withTrace(
  input: Parameters<typeof fetch>[0],
  init: RequestInit | undefined,
  active: Context,
  operation: Operation
): RequestInit | undefined {
  const trace = traceHeaders(active, operation)
  const names = Object.keys(trace)
  if (names.length === 0) return init
  const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined))
  for (const name of names) if (!headers.has(name)) headers.set(name, trace[name]!)
  return { ...init, headers }
}

/** What a call must carry for the trace to go on: by the application's propagator if it has one, else W3C. */
function traceHeaders(active: Context, operation: Operation): Record<string, string> {
  const headers: Record<string, string> = {}
  try {
    if (propagation.fields().length > 0) {
      propagation.inject(active, headers)
      return headers
    }
    const span = spanOf(operation)?.spanContext()
    if (!span) return headers
    headers['traceparent'] = formatTraceparent(span.traceId, span.spanId, span.traceFlags)
    const state = span.traceState?.serialize()
    if (state) headers['tracestate'] = state
  } catch {
    // A propagator of the application that throws costs the link, not the call.
  }
  return headers
}
