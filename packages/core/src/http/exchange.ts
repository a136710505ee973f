// One request and its reply: the operation hangs on the request, starts once, stamps its first byte and ends when the reply closes.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { context } from '@opentelemetry/api'
import type { ServerAttributes } from '../attributes.js'
import { startOperation } from '../context.js'
import { type Observers, wantsIds } from '../observer.js'
import { type IncomingTrace, type Operation, type OperationRecord, spanOf } from '../operation.js'
import { countFailure } from '../state.js'

/** Copies of this module in one process find each other's operation under this key. */
const OPERATION = Symbol.for('@rag/core/operation/1')

/** What a route is called when nothing matched. */
export const UNMATCHED = 'unmatched'
/** Status of a request whose client left before the head of the reply was sent. */
const CLIENT_CLOSED_REQUEST = 499

export type ServerOperation = OperationRecord<'server'>
/** Finds the matched pattern when the reply has closed; undefined when nothing matched. */
export type RouteReader = (operation: ServerOperation, request: IncomingMessage) => string | undefined

interface Carrying {
  [OPERATION]?: ServerOperation | undefined
}

/** What an adapter keeps for the end of its request; one object with what tracing reads of its beginning. */
export interface Exchange extends IncomingTrace {
  /** Let go of when the reply closes: a request kept until the batch is recorded costs the collector more than its record. */
  request: IncomingMessage | undefined
  readonly readRoute: RouteReader
  /** The error that the framework handed to its error handler. */
  error: unknown
}

/** Makes the place for the operation of a request, for whoever knows that one is likely. */
export function reserveOperation(request: IncomingMessage & Carrying): void {
  if (request[OPERATION] === undefined) request[OPERATION] = undefined
}

/** The operation of a request, once it has one. */
export function operationOfRequest(request: IncomingMessage): ServerOperation | undefined {
  return (request as Carrying)[OPERATION]
}

/** Starts the operation of a request, or joins the one it has. Says whether the caller is the first and so must enter its context. */
export function beginExchange(request: IncomingMessage, response: ServerResponse, observers: Observers, readRoute: RouteReader): boolean {
  const present = (request as Carrying)[OPERATION]
  if (present) {
    const before = present.observers.length
    if (!present.join(observers)) return false
    announce(present, present.observers.slice(before))
    // Nobody among those asked so far makes spans; one who joins now may.
    if (present.span === null) present.span = undefined
    return false
  }
  const operation = startServerOperation(request, observers, readRoute)
  ;(request as Carrying)[OPERATION] = operation
  response.on('close', endExchange)
  announce(operation, observers)
  return true
}

/** Tells the few observers that want to know that a request has begun. */
function announce(operation: ServerOperation, observers: Observers): void {
  for (const observer of observers) {
    if (!observer.start) continue
    try {
      observer.start(operation as unknown as Operation)
    } catch {
      countFailure(observer.id)
    }
  }
}

/** An operation for a request, with everything that is only readable now. */
export function startServerOperation(request: IncomingMessage, observers: Observers, readRoute: RouteReader = noRoute): ServerOperation {
  const { headers, url = '/' } = request
  const socket = request.socket as Socket & { encrypted?: boolean }
  const queryAt = url.indexOf('?')
  const method = request.method ?? 'GET'
  const attributes: ServerAttributes = {
    method,
    route: UNMATCHED,
    path: queryAt < 0 ? url : url.slice(0, queryAt),
    query: queryAt < 0 ? '' : url.slice(queryAt + 1),
    scheme: socket.encrypted ? 'https' : 'http',
    statusCode: 0,
    firstByteMs: undefined,
    requestBytes: sizeOf(headers['content-length']),
    responseBytes: undefined,
    // Gone once the client has aborted.
    peerAddress: socket.remoteAddress,
    protocol: request.httpVersion,
    headers,
    special: undefined
  }
  const operation = startOperation('server', method, attributes, observers)
  operation.takeRequestId(headers['x-request-id'])
  const exchange: Exchange = { headers, peerAddress: attributes.peerAddress, request, readRoute, error: undefined }
  operation.incoming = exchange
  operation.carrier = exchange
  return operation
}

const noRoute: RouteReader = () => undefined

/** Remembers the error behind a reply; the first one is the cause. */
export function noteError(request: IncomingMessage, error: unknown): void {
  const exchange = (request as Carrying)[OPERATION]?.carrier as Exchange | undefined
  if (exchange && exchange.error === undefined) exchange.error = error
}

/** Stamps the first byte and adds the ids to the head, when the head is written. `headers` are those given with it, if any. */
export function stampHead(response: ServerResponse, headers: unknown): void {
  const operation = (response.req as Carrying)[OPERATION]
  if (!operation || operation.attributes.firstByteMs !== undefined || operation.durationMs !== undefined) return
  operation.attributes.firstByteMs = performance.now() - operation.startMark
  if (response.headersSent || (typeof headers === 'object' && headers !== null && 'x-request-id' in headers)) return
  if (!wantsIds(operation.observers)) return
  if (!response.hasHeader('x-request-id')) response.setHeader('x-request-id', operation.requestId!)
  const traceId = spanOf(operation as unknown as OperationRecord)?.spanContext().traceId
  if (traceId !== undefined && !response.hasHeader('x-trace-id')) response.setHeader('x-trace-id', traceId)
}

/** `close` covers finish and abort, with a reply or without one. */
function endExchange(this: ServerResponse): void {
  const operation = (this.req as Carrying)[OPERATION]
  const exchange = operation?.carrier as Exchange | undefined
  if (!operation || !exchange || operation.durationMs !== undefined) return
  const { attributes } = operation
  const complete = this.writableFinished || isInjected(this)
  attributes.statusCode = this.headersSent ? this.statusCode : CLIENT_CLOSED_REQUEST
  attributes.route = readGuarded(operation, exchange) ?? UNMATCHED
  operation.name = attributes.method + ' ' + attributes.route
  attributes.responseBytes = replySize(this)
  exchange.request = undefined
  const error = exchange.error ?? this.errored ?? undefined
  operation.end(complete ? (attributes.statusCode >= 500 ? 'error' : 'ok') : this.errored ? 'error' : 'aborted', error)
}

/** A reply of `app.inject()`, given whole: its socket takes nothing and so never is done. */
function isInjected(response: ServerResponse & { isLightMyRequest?: unknown }): boolean {
  return response.isLightMyRequest === true && response.writableEnded
}

function readGuarded(operation: ServerOperation, { readRoute, request }: Exchange): string | undefined {
  try {
    return request && readRoute(operation, request)
  } catch {
    return undefined
  }
}

/** What `node:http` knows of the body: the announced length, else what went over this connection behind the head. */
interface ReplyInternals {
  _contentLength?: unknown
  _header?: unknown
  _hasBody?: unknown
}

function replySize(response: ServerResponse): number | undefined {
  const { _contentLength, _hasBody } = response as unknown as ReplyInternals
  if (_hasBody === false) return 0
  if (typeof _contentLength === 'number' && response.writableFinished) return _contentLength
  return sizeOf(response.getHeader('content-length'))
}

function sizeOf(header: string | string[] | number | undefined): number | undefined {
  if (header === undefined) return undefined
  const size = Number(header)
  return Number.isSafeInteger(size) && size >= 0 ? size : undefined
}

/** Whether the running code is still inside the context of this operation; reading a body from the socket can lose it. */
export function isEntered(operation: ServerOperation): boolean {
  return operation.context !== undefined && context.active() === operation.context
}
