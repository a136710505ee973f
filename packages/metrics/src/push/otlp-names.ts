// Where a metric or label follows an OpenTelemetry convention, its name there; the catalogue has the spelling of Prometheus.
// https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/
import type { MetricName } from '@rag/core/catalogue'

const METRICS: { readonly [name in MetricName]?: string } = {
  http_server_request_duration_seconds: 'http.server.request.duration',
  http_server_active_requests: 'http.server.active_requests',
  http_server_request_body_size_bytes: 'http.server.request.body.size',
  http_server_response_body_size_bytes: 'http.server.response.body.size',
  http_client_request_duration_seconds: 'http.client.request.duration',
  http_client_active_requests: 'http.client.active_requests',
  http_client_request_body_size_bytes: 'http.client.request.body.size',
  http_client_response_body_size_bytes: 'http.client.response.body.size',
  db_client_operation_duration_seconds: 'db.client.operation.duration',
  db_client_connection_count: 'db.client.connection.count',
  db_client_connection_max: 'db.client.connection.max',
  db_client_connection_pending_requests: 'db.client.connection.pending_requests',
  db_client_connection_wait_time_seconds: 'db.client.connection.wait_time',
  gen_ai_client_operation_duration_seconds: 'gen_ai.client.operation.duration',
  gen_ai_client_operation_time_to_first_chunk_seconds: 'gen_ai.client.operation.time_to_first_chunk',
  gen_ai_client_token_usage: 'gen_ai.client.token.usage',
  process_cpu_time_seconds_total: 'process.cpu.time',
  process_memory_usage_bytes: 'process.memory.usage',
  process_open_file_descriptors: 'process.open_file_descriptor.count',
  process_disk_io_bytes_total: 'process.disk.io',
  nodejs_eventloop_delay_p50_seconds: 'nodejs.eventloop.delay.p50',
  nodejs_eventloop_delay_p99_seconds: 'nodejs.eventloop.delay.p99',
  nodejs_eventloop_delay_max_seconds: 'nodejs.eventloop.delay.max',
  nodejs_eventloop_utilization_ratio: 'nodejs.eventloop.utilization',
  v8js_gc_duration_seconds: 'v8js.gc.duration',
  v8js_memory_heap_used_bytes: 'v8js.memory.heap.used',
  v8js_memory_heap_space_size_bytes: 'v8js.memory.heap.space.size',
  v8js_memory_heap_limit_bytes: 'v8js.memory.heap.limit',
  container_cpu_time_seconds_total: 'container.cpu.time',
  container_memory_usage_bytes: 'container.memory.usage',
  container_disk_io_bytes_total: 'container.disk.io',
  container_network_io_bytes_total: 'container.network.io'
}

const LABELS: Readonly<Record<string, string>> = {
  http_request_method: 'http.request.method',
  http_route: 'http.route',
  http_response_status_code: 'http.response.status_code',
  server_address: 'server.address',
  db_system_name: 'db.system.name',
  db_operation_name: 'db.operation.name',
  db_client_connection_pool_name: 'db.client.connection.pool.name',
  db_client_connection_state: 'db.client.connection.state',
  gen_ai_operation_name: 'gen_ai.operation.name',
  gen_ai_provider_name: 'gen_ai.provider.name',
  gen_ai_request_model: 'gen_ai.request.model',
  gen_ai_token_type: 'gen_ai.token.type',
  peer_service: 'peer.service',
  cpu_mode: 'cpu.mode',
  disk_io_direction: 'disk.io.direction',
  network_io_direction: 'network.io.direction',
  v8js_gc_type: 'v8js.gc.type',
  v8js_heap_space_name: 'v8js.heap.space.name'
}

/** UCUM; https://ucum.org/ucum */
const UNITS: Readonly<Record<string, string>> = { seconds: 's', bytes: 'By', tokens: '{token}', usd: '{USD}', ratio: '1', celsius: 'Cel' }

/** Without a convention a counter loses `_total`, which a back end of Prometheus adds again. */
export function otlpName(name: string): string {
  return METRICS[name as MetricName] ?? name.replace(/_total$/, '')
}

export function otlpLabel(label: string): string {
  return LABELS[label] ?? label
}

export function otlpUnit(unit: string | undefined): string {
  return unit === undefined ? '' : (UNITS[unit] ?? unit)
}
