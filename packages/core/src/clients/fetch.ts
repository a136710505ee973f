// HTTP out: a fetch that carries the trace on and records the call.
import { context } from '@opentelemetry/api'
import { contextOf } from '../context.js'
import { type Observers, observerList } from '../observer.js'
import type { Operation } from '../operation.js'
import { noteCall, placeOfCall, unrecorded } from './call.js'
import { announcedAbove, endAnswered, endFailed, startOutgoing, traceHeaders } from './outgoing.js'
import { type Peers, peerNames } from './peers.js'

export interface FetchOptions {
  observers?: Observers
  /** The fetch underneath; the global one, read at each call. */
  fetch?: typeof fetch
  /** Names of the services behind addresses, for `peer.service`: `{ 'http://127.0.0.1:3003': 'auth-service' }`. Default: what `OTEL_INSTRUMENTATION_COMMON_PEER_SERVICE_MAPPING` says, else the host. */
  peers?: Peers
}

/**
 * Makes a fetch that propagates the trace context and records each call. The request and the response are the caller's own.
 *
 * @throws RagError `RAG_CORE_PEERS` for peers that are no names by address.
 * @example
 * const observedFetch = createFetch({ observers })
 * const answer = await observedFetch('http://127.0.0.1:3001/ask')
 */
export function createFetch({ observers, fetch: inner, peers }: FetchOptions = {}): typeof fetch {
  const list = observers && observerList(observers)
  const peerName = peerNames(peers)
  return async function observedFetch(input, init) {
    const send = inner ?? globalThis.fetch
    const place = placeOfCall()
    // The fetch above this one, such as `obs.fetch` over a covered global one, has announced this call.
    if (announcedAbove(list) || place === 'unrecorded') return send(input, init)
    const url = urlOf(input)
    if (!url) return send(input, init)
    const method = (init?.method ?? (input instanceof Request ? input.method : 'GET')).toUpperCase()
    if (place) {
      return noteCall(
        place,
        'http.call',
        { method, host: url.hostname },
        () => send(input, withTrace(input, init, traceHeaders(context.active(), place, url.host))),
        ({ status }) => ({ status })
      )
    }
    const operation = startOutgoing(method, url, list, bodySize(init?.body), peerName)
    const active = contextOf(operation as unknown as Operation)
    try {
      const headed = withTrace(input, init, traceHeaders(active, operation as unknown as Operation, url.host))
      // An instrumentation of the application that sees the same request makes no second span of it.
      const response = await context.with(active, () => unrecorded(() => send(input, headed)))
      endAnswered(operation, response.status, response.headers.get('content-length'))
      return response
    } catch (error) {
      endFailed(operation, error)
      throw error
    }
  }
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
  trace: Record<string, string>
): RequestInit | undefined {
  const names = Object.keys(trace)
  if (names.length === 0) return init
  const given = init?.headers ?? (input instanceof Request ? input.headers : undefined)
  // The fetch underneath makes its own Headers: another one would be made for nothing.
  if (given === undefined) return { ...init, headers: trace }
  const headers = new Headers(given)
  for (const name of names) if (!headers.has(name)) headers.set(name, trace[name]!)
  return { ...init, headers }
}
