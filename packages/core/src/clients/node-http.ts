// `http.request` and `https.request` of code one does not own: replaced on the modules, the request itself untouched.
import http, { type ClientRequest, type IncomingMessage } from 'node:http'
import https from 'node:https'
import { syncBuiltinESMExports } from 'node:module'
import { type Context, context, SpanKind, trace } from '@opentelemetry/api'
import type { Outcome } from '../attributes.js'
import { contextOf, startOperation } from '../context.js'
import { type Observers, observerList } from '../observer.js'
import type { Operation } from '../operation.js'
import { callOutcome, noteOf, placeOfCall, quietly } from './call.js'
import { announcedAbove, endAnswered, traceHeaders } from './outgoing.js'
import { patchMethod } from './patch.js'
import { peerNamesOfEnvironment } from './peers.js'

type Send = (...values: never[]) => ClientRequest

/** Records the requests of `node:http` and `node:https`. Returns the undo. */
export function observeNodeHttp(observers: Observers): () => void {
  const list = observerList(observers)
  const patch = { over: false }
  const undoes = [http, https].flatMap((module) => {
    const send = observeSend(module.request as unknown as Send, list, patch)
    // Node's own `get` has sent the headers by the time it returns.
    const get = function get(this: unknown, ...values: never[]): ClientRequest {
      return Reflect.apply(send, this, values).end()
    }
    return [patchMethod(module, 'request', () => send as never), patchMethod(module, 'get', () => get as never)]
  })
  // `import { request } from 'node:http'` is a copy of the property until this is called.
  syncBuiltinESMExports()
  return () => {
    // Whoever wrapped it since keeps calling what is put there now.
    patch.over = true
    for (const undo of undoes) undo()
    syncBuiltinESMExports()
  }
}

function observeSend(original: Send, list: Observers, patch: { over: boolean }): Send {
  return function send(this: unknown, ...values: never[]) {
    const pass = (): ClientRequest => Reflect.apply(original, this, values)
    if (patch.over) return pass()
    const caller = context.active()
    const place = placeOfCall(caller)
    if (announcedAbove(list, caller) || place === 'unrecorded' || isInstrumented()) return pass()
    // An instrumentation of the application that sees the same request makes no second span of it.
    const request = place ? pass() : quietly(caller, pass)
    try {
      watch(request, caller, place ? note(request, place) : record(request, list, caller))
    } catch {
      // A request that cannot be looked at is sent unrecorded.
    }
    return request
  } as Send
}

/** Whether an HTTP instrumentation of the application has made a span of this request already. */
function isInstrumented(): boolean {
  const active = trace.getActiveSpan() as { kind?: SpanKind; instrumentationScope?: { name?: string } } | undefined
  return active?.kind === SpanKind.CLIENT && /instrumentation-(?:http|undici)$/.test(active.instrumentationScope?.name ?? '')
}

/** Takes how a request ended: with an answer, or without. */
interface Ended {
  answered(answer: IncomingMessage): void
  failed(outcome: Outcome, error?: unknown): void
}

function record(request: ClientRequest, list: Observers, caller: Context): Ended {
  const { method, host, path, protocol } = request
  const queryAt = path.indexOf('?')
  const port = Number(/:(\d+)$/.exec(String(request.getHeader('host') ?? ''))?.[1] ?? Number.NaN)
  const scheme = protocol.replace(':', '')
  const operation = startOperation(
    'client',
    method,
    {
      method,
      host,
      port: Number.isNaN(port) ? undefined : port,
      scheme,
      path: queryAt < 0 ? path : path.slice(0, queryAt),
      query: queryAt < 0 ? '' : path.slice(queryAt + 1),
      statusCode: undefined,
      peerService: peerNamesOfEnvironment()(host, Number.isNaN(port) ? undefined : port, scheme),
      requestBytes: undefined,
      responseBytes: undefined
    },
    list,
    caller
  )
  carry(request, operation as unknown as Operation)
  return {
    answered: ({ statusCode = 0, headers }) => endAnswered(operation, statusCode, headers['content-length']),
    failed: (outcome, error) => operation.end(outcome, error)
  }
}

/** A call below a model call, a cache or Elasticsearch is an event of that. */
function note(request: ClientRequest, outer: Operation): Ended {
  const end = noteOf(outer, 'http.call', { method: request.method, host: request.host })
  carry(request, outer)
  return {
    answered: ({ statusCode }) => end('ok', { status: statusCode }),
    failed: (outcome) => end(outcome)
  }
}

function carry(request: ClientRequest, operation: Operation): void {
  if (request.headersSent) return
  try {
    const headers = traceHeaders(contextOf(operation), operation, String(request.getHeader('host') ?? request.host))
    for (const name of Object.keys(headers)) if (!request.hasHeader(name)) request.setHeader(name, headers[name]!)
  } catch {
    // Headers given as a list are on their way already.
  }
}

/** Looks at the events instead of listening: with a listener for `response` Node would no longer throw away an answer that nobody reads. */
function watch(request: ClientRequest, caller: Context, ended: Ended): void {
  const emit = request.emit as (event: string | symbol, ...values: unknown[]) => boolean
  let over = false
  let timedOut = false
  const seen = (event: string | symbol, value: unknown): void => {
    if (event === 'timeout') timedOut = true
    over = true
    if (event === 'response' || event === 'upgrade' || event === 'connect') ended.answered(value as IncomingMessage)
    else if (event === 'error') ended.failed(timedOut ? 'timeout' : callOutcome(value), value)
    else if (event === 'close') ended.failed(timedOut ? 'timeout' : 'aborted')
    else over = false
  }
  const observed = function observedEmit(this: unknown, event: string | symbol, ...values: unknown[]): boolean {
    if (!over) seen(event, values[0])
    return context.with(caller, () => Reflect.apply(emit, this, [event, ...values]) as boolean)
  }
  Object.defineProperty(request, 'emit', { value: observed, writable: true, configurable: true, enumerable: false })
}
