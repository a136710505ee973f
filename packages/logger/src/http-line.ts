// The line of one request, joined from prebuilt parts; only texts from outside are masked and escaped.
import { type Operation, spanOf } from '@rag/core'
import { isoTime } from './clock.js'
import { type CorrelationFields, identityFields, idFields } from './correlation.js'
import { escapeHostile, quote } from './escape.js'
import { type Failure, fingerprintOf } from './fingerprint.js'
import { type HeaderChoice, headerWriter, shownHeaders } from './header-fields.js'
import { milliseconds } from './milliseconds.js'
import { beginWalk, cutTexts, plain } from './plain.js'
import type { Shape } from './shape.js'
import type { LogState } from './state.js'

const LONGEST_URL = 2048
const LONGEST_ERROR_TEXT = 4096
const ERROR_ROOM = 10_000

type ServerOperation = Operation<'server'>
export type HttpLevel = 'info' | 'warn' | 'error'

/** 4xx and aborts warn, 5xx is an error, everything else is information. */
export function levelOf({ attributes, outcome }: ServerOperation): HttpLevel {
  if (outcome === 'aborted') return 'warn'
  const { statusCode } = attributes
  if (statusCode >= 500 || outcome === 'error' || outcome === 'timeout') return 'error'
  return statusCode >= 400 ? 'warn' : 'info'
}

export function messageOf({ attributes: { method, route, statusCode } }: ServerOperation): string {
  return method + ' ' + route + ' ' + statusCode
}

/** When the operation ended, whenever its batch runs. */
export function endTime({ startTime, durationMs = 0 }: Operation): number {
  return startTime + durationMs
}

/** The line of a request with its line feed. */
export function httpLine(operation: ServerOperation, level: HttpLevel, headers: HeaderChoice, slow: boolean, state: LogState): string {
  const { attributes, error } = operation
  const { path, query, firstByteMs, requestBytes, responseBytes } = attributes
  const { said, where } = routeText(operation)
  const { ids, identity } = originOf(operation, state.shape)
  const failure = error === undefined ? undefined : maskedError(error, state)
  let line = '{"time":"' + isoTime(endTime(operation)) + '","level":"' + level + '","msg":' + said + state.base + state.lineId() + ids
  if (level === 'error' || failure !== undefined) line += fingerprintField(failure, messageOf(operation), state)
  line += where + ',"url":' + quote(maskedUrl(path, query, state))
  line +=
    ',"statusCode":' +
    attributes.statusCode +
    ',"outcome":"' +
    operation.outcome +
    '","durationMs":' +
    milliseconds(operation.durationMs ?? 0)
  if (firstByteMs !== undefined) line += ',"firstByteMs":' + milliseconds(firstByteMs)
  if (requestBytes !== undefined) line += ',"requestBytes":' + requestBytes
  if (responseBytes !== undefined) line += ',"responseBytes":' + responseBytes
  if (error !== undefined) line += ',"error":' + json(failure)
  if (slow) line += ',"slow":true'
  return line + identityFields(identity, state) + (headers ? headersOf(state)(attributes.headers, headers) : '') + '}\n'
}

interface RouteText {
  readonly method: string
  readonly statusCode: number
  /** The message as JSON. */
  readonly said: string
  /** `,"method":"…","route":"…"` */
  readonly where: string
}

const MOST_ROUTES = 1000
const routes = new Map<string, RouteText>()

/** What a route says in its line; mostly with the method and the status of last time. */
function routeText(operation: ServerOperation): RouteText {
  const { method, route, statusCode } = operation.attributes
  const known = routes.get(route)
  if (known !== undefined && known.method === method && known.statusCode === statusCode) return known
  const made = { method, statusCode, said: quote(messageOf(operation)), where: ',"method":' + quote(method) + ',"route":' + quote(route) }
  if (routes.size >= MOST_ROUTES) routes.clear()
  routes.set(route, made)
  return made
}

/** The same facts as fields, for a logger whose user sees them first. */
export function httpFields(operation: ServerOperation, headers: HeaderChoice): Record<string, unknown> {
  const { attributes, error } = operation
  const { method, route, path, query, statusCode, firstByteMs, requestBytes, responseBytes } = attributes
  return {
    method,
    route,
    url: query === '' ? path : path + '?' + query,
    statusCode,
    outcome: operation.outcome,
    durationMs: rounded(operation.durationMs),
    firstByteMs: firstByteMs === undefined ? undefined : rounded(firstByteMs),
    requestBytes,
    responseBytes,
    error,
    ...(headers && { headers: shownHeaders(attributes.headers, headers) })
  }
}

/** The ids and the caller of a request. */
export function originOf(operation: ServerOperation, shape: Shape): CorrelationFields {
  const span = spanOf(operation as unknown as Operation)?.spanContext()
  return { ids: idFields(shape, operation.requestId, span?.traceId, span?.spanId), identity: operation.identity }
}

/** What {@link originOf} says, as fields for a logger that is not ours. */
export function originFields(operation: ServerOperation): Record<string, unknown> {
  const span = spanOf(operation as unknown as Operation)?.spanContext()
  return { requestId: operation.requestId, traceId: span?.traceId, spanId: span?.spanId, ...operation.identity }
}

function fingerprintField(failure: unknown, message: string, { shape, events }: LogState): string {
  const error = typeof failure === 'object' && failure !== null && 'stack' in failure ? (failure as Failure) : { message }
  const fingerprint = fingerprintOf(error)
  events.failed(fingerprint)
  return ',"' + shape.fingerprint + '":"' + fingerprint + '"'
}

function maskedUrl(path: string, query: string, { mask }: LogState): string {
  const url = query === '' ? path : path + '?' + query
  if (url.length <= LONGEST_URL) return mask(url)
  return cutTexts(mask(url.slice(0, 2 * LONGEST_URL)), LONGEST_URL) as string
}

function maskedError(error: unknown, { mask }: LogState): unknown {
  return cutTexts(mask(plain(error, beginWalk(LONGEST_ERROR_TEXT, ERROR_ROOM))), LONGEST_ERROR_TEXT)
}

const writers = new WeakMap<LogState, ReturnType<typeof headerWriter>>()

function headersOf(state: LogState): ReturnType<typeof headerWriter> {
  const writer = writers.get(state) ?? headerWriter(state.mask)
  writers.set(state, writer)
  return writer
}

function json(value: unknown): string {
  return escapeHostile(JSON.stringify(value) ?? 'null')
}

/** Microseconds are as fine as the clock is true. */
function rounded(ms = 0): number {
  return Math.round(ms * 1000) / 1000
}
