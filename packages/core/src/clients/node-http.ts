// `http.request` and `https.request` of code one does not own: replaced on the modules, the request itself untouched.
import http, { type ClientRequest, type IncomingMessage } from 'node:http'
import https from 'node:https'
import { syncBuiltinESMExports } from 'node:module'
import { context, SpanKind, trace } from '@opentelemetry/api'
import { contextOf, startOperation, withOperation } from '../context.js'
import { type Observers, observerList } from '../observer.js'
import type { Operation, OperationRecord } from '../operation.js'
import { noteCall, placeOfCall, unrecorded } from './call.js'
import { announcedAbove, endAnswered, endFailed, type Outgoing, traceHeaders } from './outgoing.js'
import { patchMethod } from './patch.js'
import { peerNamesOfEnvironment } from './peers.js'

type Send = (...values: never[]) => ClientRequest

/** Records the requests of `node:http` and `node:https`. Returns the undo. */
export function observeNodeHttp(observers: Observers): () => void {
  const list = observerList(observers)
  const undoes = [http, https].flatMap((module) => {
    const send = observeSend(module.request as unknown as Send, list)
    // Node's own `get` has sent the headers by the time it returns.
    const get = function get(this: unknown, ...values: never[]): ClientRequest {
      return Reflect.apply(send, this, values).end()
    }
    return [patchMethod(module, 'request', () => send as never), patchMethod(module, 'get', () => get as never)]
  })
  // `import { request } from 'node:http'` is a copy of the property until this is called.
  syncBuiltinESMExports()
  return () => {
    for (const undo of undoes) undo()
    syncBuiltinESMExports()
  }
}

function observeSend(original: Send, list: Observers): Send {
  return function send(this: unknown, ...values: never[]) {
    const pass = (): ClientRequest => Reflect.apply(original, this, values)
    const place = placeOfCall()
    if (announcedAbove(list) || place === 'unrecorded' || isInstrumented()) return pass()
    if (place) {
      const request = noteCall(place, 'http.call', {}, pass)
      carry(request, place)
      return request
    }
    const operation = startOperation(
      'client',
      'GET',
      {
        method: 'GET',
        host: '',
        port: undefined,
        scheme: 'http',
        path: '/',
        query: '',
        statusCode: undefined,
        peerService: '',
        requestBytes: undefined,
        responseBytes: undefined
      },
      list
    )
    const caller = context.active()
    // An instrumentation of the application that sees the same request makes no second span of it.
    const request = withOperation(operation as unknown as Operation, () => unrecorded(pass))
    try {
      describe(request, operation)
      carry(request, operation as unknown as Operation)
      watch(request, operation, (emit) => context.with(caller, emit))
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

function describe(request: ClientRequest, operation: OperationRecord<'client'>): void {
  const { method, host, path, protocol } = request
  const queryAt = path.indexOf('?')
  const port = Number(/:(\d+)$/.exec(String(request.getHeader('host') ?? ''))?.[1] ?? Number.NaN)
  const scheme = protocol.replace(':', '')
  operation.name = method
  operation.set({
    method,
    host,
    port: Number.isNaN(port) ? undefined : port,
    scheme,
    path: queryAt < 0 ? path : path.slice(0, queryAt),
    query: queryAt < 0 ? '' : path.slice(queryAt + 1),
    peerService: peerNamesOfEnvironment()(host, Number.isNaN(port) ? undefined : port, scheme)
  })
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
function watch(request: ClientRequest, operation: OperationRecord<'client'>, inCaller: (emit: () => boolean) => boolean): void {
  const emit = request.emit as (event: string | symbol, ...values: unknown[]) => boolean
  let timedOut = false
  const seen = (event: string | symbol, value: unknown): void => {
    if (event === 'response' || event === 'upgrade' || event === 'connect') {
      const { statusCode = 0, headers } = value as IncomingMessage
      endAnswered(operation as Outgoing, statusCode, headers['content-length'])
    } else if (event === 'timeout') timedOut = true
    else if (event === 'error') {
      if (timedOut) operation.end('timeout', value)
      else endFailed(operation as Outgoing, value)
    } else if (event === 'close') operation.end(timedOut ? 'timeout' : 'aborted')
  }
  const observed = function observedEmit(this: unknown, event: string | symbol, ...values: unknown[]): boolean {
    if (operation.durationMs === undefined) seen(event, values[0])
    return inCaller(() => Reflect.apply(emit, this, [event, ...values]) as boolean)
  }
  Object.defineProperty(request, 'emit', { value: observed, writable: true, configurable: true, enumerable: false })
}
