// A request that this process answers, by the HTTP semantic conventions 1.45.
import type { Operation, ServerAttributes } from '@rag/core'
import type { AttributeSink } from '../span/sink.js'
import type { Describer } from './describer.js'

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT', 'TRACE', 'QUERY'])
const STATUS_ERRORS = new Map<number, string>()

export function describeServer(operation: Operation, sink: AttributeSink, { text }: Describer): void {
  const attributes = operation.attributes as ServerAttributes
  describeMethod(attributes.method, sink, text)
  sink.known('http.route', attributes.route)
  if (attributes.path !== '') sink.put('url.path', text(attributes.path))
  if (attributes.query !== '') sink.put('url.query', maskedQuery(attributes.query, text))
  sink.known('url.scheme', attributes.scheme)
  if (attributes.statusCode > 0) sink.put('http.response.status_code', attributes.statusCode)
  sink.known('network.peer.address', attributes.peerAddress)
  sink.known('network.protocol.version', attributes.protocol)
  sink.put('http.request.body.size', attributes.requestBytes)
  sink.put('http.response.body.size', attributes.responseBytes)
  sink.known('rag.special', attributes.special)
}

/** A method that is not well known is `_OTHER`, as in the metric; what was sent stands beside it. */
export function describeMethod(method: string, sink: AttributeSink, text: (value: string, key?: string) => string): void {
  if (METHODS.has(method)) return sink.known('http.request.method', method)
  sink.known('http.request.method', '_OTHER')
  if (method !== '_OTHER') sink.put('http.request.method_original', text(method))
}

/** Masked with its question mark, so that the masker sees a query. */
function maskedQuery(query: string, text: (value: string, key?: string) => string): string {
  const masked = text('?' + query)
  return masked.startsWith('?') ? masked.slice(1) : masked
}

export function statusError(status: number | undefined, from: number): string | undefined {
  if (status === undefined || status < from) return undefined
  let error = STATUS_ERRORS.get(status)
  if (error === undefined) STATUS_ERRORS.set(status, (error = String(status)))
  return error
}
