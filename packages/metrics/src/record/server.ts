// Requests answered. Handles are resolved once for a route, method and status and kept.
import type { Operation, ServerAttributes } from '@rag/core'
import { add, observe, type Series } from '../storage/series.js'
import type { Store } from '../storage/store.js'
import { observeTraced } from './trace.js'

const UNMATCHED = 'unmatched'
const OTHER_METHOD = '_OTHER'
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT', 'TRACE'])
const CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx', 'aborted'] as const
const ABORTED = 5
const CLIENT_CLOSED_REQUEST = 499

interface RouteHandles {
  /** Counters by class of status, in the order of CLASSES. */
  readonly classes: readonly Series[]
  readonly firstByte: Series | undefined
  readonly requestBytes: Series | undefined
  readonly responseBytes: Series | undefined
  /** Durations by method, then status. */
  readonly durations: Map<string, Map<number, Series>>
}

/** What the label of a method says; whatever is not a common method is one value. */
export function methodLabel(method: string): string {
  return METHODS.has(method) ? method : OTHER_METHOD
}

/** What the label of a status says: three digits or nothing. */
export function statusLabel(status: number | undefined): string {
  return status !== undefined && Number.isInteger(status) && status >= 100 && status <= 999 ? String(status) : '0'
}

export function serverRecorder(store: Store): (operation: Operation<'server'>) => void {
  const duration = store.get('http_server_request_duration_seconds')
  const requests = store.get('rag_http_server_requests_total')
  const firstByte = store.get('rag_http_server_time_to_first_byte_seconds')
  const requestBytes = store.get('http_server_request_body_size_bytes')
  const responseBytes = store.get('http_server_response_body_size_bytes')
  const rejects = store.get('rag_http_server_rejects_total').resolve([])
  const upgrades = store.get('rag_http_server_upgrades_total').resolve([])
  let generation = store.generation
  let routes = new Map<string, RouteHandles>()

  const handlesOf = (route: string): RouteHandles => {
    const known = routes.get(route)
    if (known) return known
    const classes = CLASSES.map((name) => requests.resolve([route, name]))
    // Hostile paths all come here: they get no histogram but that of the duration.
    const matched = route !== UNMATCHED
    const handles: RouteHandles = {
      classes,
      firstByte: matched ? firstByte.resolve([route]) : undefined,
      requestBytes: matched ? requestBytes.resolve([route]) : undefined,
      responseBytes: matched ? responseBytes.resolve([route]) : undefined,
      durations: new Map()
    }
    // Beyond its bound a route is not kept; masked ones are found again under their own name.
    if (classes[0]!.labels[0] === route) routes.set(route, handles)
    return handles
  }

  const durationOf = (handles: RouteHandles, method: string, route: string, status: number): Series => {
    const byStatus = handles.durations.get(method) ?? new Map<number, Series>()
    const known = byStatus.get(status)
    if (known) return known
    const series = duration.resolve([method, route, statusLabel(status)])
    handles.durations.set(method, byStatus)
    if (series.labels[1] === route && byStatus.size < 64) byStatus.set(status, series)
    return series
  }

  handlesOf(UNMATCHED)
  return function recordServer(operation) {
    if (store.generation !== generation) {
      generation = store.generation
      routes = new Map()
    }
    const { attributes, outcome } = operation
    const { route, special } = attributes
    if (special === 'rejected') add(rejects, 1)
    if (special === 'upgrade') {
      add(upgrades, 1)
      // A connection that stays open is no request with a duration.
      return
    }
    const unmatched = route === UNMATCHED
    const handles = handlesOf(route)
    const method = unmatched ? OTHER_METHOD : methodLabel(attributes.method)
    const status = attributes.statusCode
    observeTraced(durationOf(handles, method, route, status), operation.durationMs! / 1000, operation)
    add(handles.classes[classOf(attributes, outcome)]!, 1)
    if (unmatched) return
    if (attributes.firstByteMs !== undefined) observe(handles.firstByte!, attributes.firstByteMs / 1000)
    if (attributes.requestBytes !== undefined) observe(handles.requestBytes!, attributes.requestBytes)
    if (attributes.responseBytes !== undefined) observe(handles.responseBytes!, attributes.responseBytes)
  }
}

function classOf({ statusCode }: ServerAttributes, outcome: string | undefined): number {
  if (outcome === 'aborted' || statusCode === CLIENT_CLOSED_REQUEST) return ABORTED
  const digit = Math.trunc(statusCode / 100)
  return digit >= 1 && digit <= 5 ? digit - 1 : 4
}
