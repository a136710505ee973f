// Requests answered and sent. OpenTelemetry HTTP metrics, https://opentelemetry.io/docs/specs/semconv/http/http-metrics/
import { BYTES, SECONDS } from './buckets.js'
import type { MetricDefinition } from './types.js'

const METHODS = { values: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT', 'TRACE', '_OTHER'] } as const
const ROUTE = { max: 500 } as const
const STATUS = { max: 64 } as const
/** `aborted`: the client left before the reply was complete. */
const STATUS_CLASS = { values: ['1xx', '2xx', '3xx', '4xx', '5xx', 'aborted'] } as const
const OUTCOME = { values: ['ok', 'error', 'aborted', 'timeout'] } as const

export const httpMetrics = [
  {
    name: 'http_server_request_duration_seconds',
    kind: 'histogram',
    unit: 'seconds',
    help: 'Duration of requests answered, from the first header read to the last byte written.',
    labels: { http_request_method: METHODS, http_route: ROUTE, http_response_status_code: STATUS },
    buckets: SECONDS,
    from: 'server'
  },
  {
    name: 'rag_http_server_requests_total',
    kind: 'counter',
    help: 'Requests answered by route and class of status; each class of a route is born at 0.',
    labels: { http_route: ROUTE, status_class: STATUS_CLASS },
    from: 'server'
  },
  {
    name: 'rag_http_server_time_to_first_byte_seconds',
    kind: 'histogram',
    unit: 'seconds',
    help: 'Time until the head of the reply was written; only of requests that matched a route.',
    labels: { http_route: ROUTE },
    buckets: SECONDS,
    from: 'server'
  },
  {
    name: 'http_server_active_requests',
    kind: 'gauge',
    help: 'Requests that are being answered.',
    from: 'source'
  },
  {
    name: 'http_server_request_body_size_bytes',
    kind: 'histogram',
    unit: 'bytes',
    help: 'Size of request bodies as announced; only of requests that matched a route.',
    labels: { http_route: ROUTE },
    buckets: BYTES,
    from: 'server'
  },
  {
    name: 'http_server_response_body_size_bytes',
    kind: 'histogram',
    unit: 'bytes',
    help: 'Size of reply bodies; only of requests that matched a route.',
    labels: { http_route: ROUTE },
    buckets: BYTES,
    from: 'server'
  },
  {
    name: 'rag_http_server_rejects_total',
    kind: 'counter',
    help: 'Requests that the HTTP parser refused.',
    from: 'server'
  },
  {
    name: 'rag_http_server_upgrades_total',
    kind: 'counter',
    help: 'Connections that left HTTP by an upgrade.',
    from: 'server'
  },
  {
    name: 'http_client_request_duration_seconds',
    kind: 'histogram',
    unit: 'seconds',
    help: 'Duration of requests sent.',
    labels: { http_request_method: METHODS, server_address: { max: 50 }, http_response_status_code: STATUS },
    buckets: SECONDS,
    from: 'client'
  },
  {
    name: 'rag_http_client_time_to_first_byte_seconds',
    kind: 'histogram',
    unit: 'seconds',
    help: 'Time until the head of the reply to a request sent was there.',
    labels: { server_address: { max: 50 } },
    buckets: SECONDS,
    from: 'client'
  },
  { name: 'http_client_active_requests', kind: 'gauge', help: 'Requests sent that wait for their reply.', from: 'source' },
  {
    name: 'http_client_request_body_size_bytes',
    kind: 'histogram',
    unit: 'bytes',
    help: 'Size of bodies sent, where it is known before they are.',
    labels: { server_address: { max: 50 } },
    buckets: BYTES,
    from: 'client'
  },
  {
    name: 'http_client_response_body_size_bytes',
    kind: 'histogram',
    unit: 'bytes',
    help: 'Size of bodies received, as announced.',
    labels: { server_address: { max: 50 } },
    buckets: BYTES,
    from: 'client'
  },
  {
    name: 'rag_dependency_requests_total',
    kind: 'counter',
    help: 'Calls to other systems by outcome; the edges of the service graph.',
    labels: { peer_service: { max: 50 }, outcome: OUTCOME },
    from: 'client'
  },
  {
    name: 'rag_dependency_retries_total',
    kind: 'counter',
    help: 'Attempts after the first, by the system they went to.',
    labels: { peer_service: { max: 50 } },
    from: 'client'
  }
] as const satisfies readonly MetricDefinition[]
