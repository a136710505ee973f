// HTTP out: a fetch that carries the trace on and records the call.
import { context } from '@opentelemetry/api'
import { contextOf } from '../context.js'
import { type Observers, observerList } from '../observer.js'
import type { Operation } from '../operation.js'
import { noteCall, placeOfCall, quiet } from './call.js'
import { announcedAbove, endAnswered, endFailed, type Outgoing, startOutgoing, traceHeaders } from './outgoing.js'
import { type Peers, peerNames } from './peers.js'
import { pullIn } from './pulled-body.js'
import { readTarget, type Target } from './target.js'

type Fetch = typeof fetch
type Input = Parameters<Fetch>[0]

export interface FetchOptions {
  observers?: Observers
  /** The fetch underneath; the global one, read at each call. */
  fetch?: Fetch
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
export function createFetch({ observers, fetch: inner, peers }: FetchOptions = {}): Fetch {
  const list = observers && observerList(observers)
  const peerName = peerNames(peers)
  const observe: Fetch = (input, init) => {
    const send = inner ?? globalThis.fetch
    const around = context.active()
    const place = placeOfCall(around)
    // The fetch above this one, such as `obs.fetch` over a covered global one, has announced this call.
    if (announcedAbove(list, around) || place === 'unrecorded') return send(input, init)
    const target = targetFor(input)
    // `data:` and `blob:` call nobody.
    if (!target || target.host === '') return send(input, init)
    const asked = init?.method ?? (isRequest(input) ? input.method : undefined)
    // Nearly always nobody asks, and to make a text upper case is a call out of the compiled code.
    const method = asked === undefined ? 'GET' : String(asked).toUpperCase()
    if (place) {
      return noteCall(
        place,
        'http.call',
        { method, host: target.hostname },
        () => send(input, withTrace(input, init, traceHeaders(around, place, target.host))),
        ({ status }) => ({ status })
      )
    }
    const operation = startOutgoing(method, target, list, { requestBytes: bodySize(init?.body), peerName, active: around })
    const active = contextOf(operation as unknown as Operation)
    const failed = (error: unknown): never => {
      endFailed(operation, error)
      throw error
    }
    try {
      const headed = withTrace(input, init, traceHeaders(active, operation as unknown as Operation, target.host))
      pullIn(around, init?.body)
      // An instrumentation of the application that sees the same request makes no second span of it.
      const sent = Promise.resolve(context.with(quiet(active), send, undefined, input, headed))
      return sent.then((response) => {
        answered(operation, response)
        return response
      }, failed)
    } catch (error) {
      return failed(error)
    }
  }
  // Not an async function: below async hooks, as on Node 20, each promise costs as much as entering a context.
  return function observedFetch(input, init) {
    try {
      return observe(input, init)
    } catch (error) {
      return Promise.reject(error)
    }
  }
}

/** A fetch that is not Node's may answer with something that has no headers. */
function answered(operation: Outgoing, response: Response): void {
  try {
    endAnswered(operation, response.status, response.headers.get('content-length'))
  } catch {
    operation.end('ok')
  }
}

/** The size of a body that is known before it is sent. */
function bodySize(body: RequestInit['body']): number | undefined {
  if (body === undefined || body === null) return undefined
  if (typeof body === 'string') return Buffer.byteLength(body)
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return body.byteLength
  return body instanceof Blob ? body.size : undefined
}

function isRequest(input: unknown): input is Request {
  return typeof input === 'object' && input instanceof Request
}

function targetFor(input: Input): Target | undefined {
  try {
    return readTarget(typeof input === 'string' ? input : isRequest(input) ? input.url : String(input))
  } catch {
    return undefined
  }
}

/** The caller's init with the trace headers beside its own; headers that the caller set are kept. */
function withTrace(input: Input, init: RequestInit | undefined, trace: Record<string, string>): RequestInit | undefined {
  const names = Object.keys(trace)
  // What fetch refuses it shall refuse.
  if (names.length === 0 || init?.headers === null || (init && typeof init !== 'object')) return init
  const given = init?.headers ?? (isRequest(input) ? input.headers : undefined)
  // The fetch underneath makes its own Headers: another one would be made for nothing.
  const headers = given === undefined ? trace : isPlain(given) ? besideOwn(given, trace, names) : new Headers(given)
  if (headers instanceof Headers) for (const name of names) if (!headers.has(name)) headers.set(name, trace[name]!)
  if (init) return { ...membersOf(init), headers }
  // Any init makes fetch forget where a Request says it comes from.
  return isRequest(input) && input.referrer !== 'about:client'
    ? { headers, referrer: input.referrer, referrerPolicy: input.referrerPolicy }
    : { headers }
}

/** A plain object of headers with those of the trace that it does not have in any spelling. */
function besideOwn(given: Record<string, string>, trace: Record<string, string>, names: readonly string[]): Record<string, string> {
  const own = Object.keys(given).map((name) => name.toLowerCase())
  const headers = { ...given }
  for (const name of names) if (!own.includes(name)) headers[name] = trace[name]!
  return headers
}

function isPlain(value: object): value is Record<string, string> {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** What fetch reads of an init; https://fetch.spec.whatwg.org/#requestinit, and the dispatcher of undici. */
const MEMBERS = [
  'method',
  'body',
  'referrer',
  'referrerPolicy',
  'mode',
  'credentials',
  'cache',
  'redirect',
  'integrity',
  'keepalive',
  'signal',
  'duplex',
  'priority',
  'window',
  'dispatcher'
] as const

/** The members of an init that a spread would copy, and those of one that inherits them, such as a `Request`. */
function membersOf(init: RequestInit): RequestInit {
  if (isPlain(init)) return init
  const members: Record<string, unknown> = { ...init }
  for (const name of MEMBERS) {
    const value = (init as Record<string, unknown>)[name]
    if (value !== undefined) members[name] = value
  }
  return members
}
