// Calls to other services and data stores, by the HTTP, database and service semantic conventions 1.45.
import type { CacheAttributes, ClientAttributes, DbAttributes, Operation } from '@rag/core'
import type { AttributeSink } from '../span/sink.js'
import type { Describer } from './describer.js'
import { describeMethod } from './server.js'
import { storeStatus } from './store-status.js'

const DEFAULT_PORTS: Record<string, number> = { http: 80, https: 443 }

export function describeClient(operation: Operation, sink: AttributeSink, { text }: Describer): void {
  const attributes = operation.attributes as ClientAttributes
  describeMethod(attributes.method, sink, text)
  const port = attributes.port ?? DEFAULT_PORTS[attributes.scheme]
  const authority = attributes.port === undefined ? attributes.host : `${attributes.host}:${attributes.port}`
  sink.put(
    'url.full',
    text(`${attributes.scheme}://${authority}${attributes.path}${attributes.query === '' ? '' : '?' + attributes.query}`)
  )
  sink.known('server.address', attributes.host)
  sink.put('server.port', port)
  sink.known('peer.service', attributes.peerService)
  sink.put('http.response.status_code', attributes.statusCode)
  sink.put('http.request.body.size', attributes.requestBytes)
  sink.put('http.response.body.size', attributes.responseBytes)
}

export function describeDb(operation: Operation, sink: AttributeSink, { text }: Describer): void {
  const attributes = operation.attributes as DbAttributes
  if (attributes.destination === undefined) describeStore(attributes, sink, text)
  else {
    sink.known('messaging.system', attributes.system)
    sink.known('messaging.operation.name', attributes.operation)
    sink.put('messaging.destination.name', text(attributes.destination))
    if (attributes.batchSize !== undefined) sink.put('messaging.batch.message_count', attributes.batchSize)
  }
  sink.known('server.address', attributes.host)
  sink.put('server.port', attributes.port)
  sink.known('peer.service', attributes.peerService)
  sink.put('http.response.status_code', attributes.statusCode)
  if (operation.error !== undefined) sink.known('db.response.status_code', storeStatus(attributes.system, operation.error))
}

function describeStore(attributes: DbAttributes, sink: AttributeSink, text: Describer['text']): void {
  sink.known('db.system.name', attributes.system)
  sink.known('db.operation.name', attributes.operation)
  if (attributes.collection !== undefined) sink.known('db.collection.name', text(attributes.collection))
  if (attributes.namespace !== undefined) sink.known('db.namespace', attributes.namespace)
  if (attributes.statement !== undefined) sink.put('db.query.text', text(attributes.statement))
  sink.put('db.response.returned_rows', attributes.rows)
  if (attributes.batchSize !== undefined && attributes.batchSize > 1) sink.put('db.operation.batch.size', attributes.batchSize)
  sink.put('rag.db.took_ms', attributes.tookMs)
  sink.put('rag.db.failed_shards', attributes.failedShards)
  sink.put('rag.db.pool_wait_ms', attributes.waitMs)
  if (attributes.slow) sink.put('rag.db.slow', true)
  sink.put('rag.db.fingerprint', attributes.fingerprint)
  if (attributes.plan !== undefined) sink.put('rag.db.plan', text(attributes.plan))
}

export function describeCache(operation: Operation, sink: AttributeSink): void {
  const { cache, operation: action, layer, size, hit } = operation.attributes as CacheAttributes
  sink.known('rag.cache.name', cache)
  sink.known('rag.cache.operation', action)
  sink.known('rag.cache.layer', layer)
  sink.put('rag.cache.size', size)
  sink.put('rag.cache.hit', hit)
  if (layer === 'redis') sink.known('peer.service', 'redis')
}
