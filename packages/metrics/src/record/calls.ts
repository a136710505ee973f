// Calls to other systems: HTTP clients, data stores, and the edges of the service graph.
import type { Operation } from '@rag/core'
import { add, observe, type Series } from '../storage/series.js'
import type { Store } from '../storage/store.js'
import { methodLabel, statusLabel } from './server.js'
import { observeTraced } from './trace.js'

const OUTCOMES = ['ok', 'error', 'aborted', 'timeout'] as const

/** Counts one call to another system by outcome; the outcomes of a system are born at 0 together. */
export type RecordDependency = (operation: Operation, peer: string, retries?: number) => void

export function dependencyRecorder(store: Store): RecordDependency {
  const requests = store.get('rag_dependency_requests_total')
  const retries = store.get('rag_dependency_retries_total')
  const known = new Map<string, { outcomes: Series[]; retries: Series }>()
  let generation = store.generation
  return (operation, peer, count = 0) => {
    if (store.generation !== generation) {
      generation = store.generation
      known.clear()
    }
    let handles = known.get(peer)
    if (!handles) {
      handles = { outcomes: OUTCOMES.map((outcome) => requests.resolve([peer, outcome])), retries: retries.resolve([peer]) }
      if (handles.retries.labels[0] === peer) known.set(peer, handles)
    }
    add(handles.outcomes[OUTCOMES.indexOf(operation.outcome ?? 'ok')]!, 1)
    if (count > 0) add(handles.retries, count)
  }
}

/** How often an operation was tried again. */
function retriesOf(operation: Operation): number {
  let count = 0
  for (const mark of operation.marks) if (mark.event === 'retry') count++
  return count
}

export function clientRecorder(store: Store, dependency: RecordDependency): (operation: Operation<'client'>) => void {
  const duration = store.get('http_client_request_duration_seconds')
  const firstByte = store.get('rag_http_client_time_to_first_byte_seconds')
  const requestBody = store.get('http_client_request_body_size_bytes')
  const responseBody = store.get('http_client_response_body_size_bytes')
  return (operation) => {
    const { method, host, statusCode, peerService, requestBytes, responseBytes } = operation.attributes
    const series = duration.resolve([methodLabel(method), host, statusLabel(statusCode)])
    observeTraced(series, operation.durationMs! / 1000, operation as unknown as Operation)
    const head = operation.marks.find((mark) => mark.event === 'first-byte')
    if (head) observe(firstByte.resolve([host]), head.offsetMs / 1000)
    if (requestBytes !== undefined) observe(requestBody.resolve([host]), requestBytes)
    if (responseBytes !== undefined) observe(responseBody.resolve([host]), responseBytes)
    dependency(operation as unknown as Operation, peerService || host, retriesOf(operation as unknown as Operation))
  }
}

export function dbRecorder(store: Store, dependency: RecordDependency, slowMs: number): (operation: Operation<'db'>) => void {
  const duration = store.get('db_client_operation_duration_seconds')
  const slow = store.get('rag_db_slow_operations_total')
  return (operation) => {
    const { system, operation: name, peerService } = operation.attributes
    const ms = operation.durationMs!
    observeTraced(duration.resolve([system, name, operation.outcome ?? 'ok']), ms / 1000, operation as unknown as Operation)
    const slowSeries = slow.resolve([system, name])
    if (ms >= slowMs) add(slowSeries, 1)
    dependency(operation as unknown as Operation, peerService || system, retriesOf(operation as unknown as Operation))
  }
}
