// The process and its container. OpenTelemetry process, container and Node.js conventions where there are any.
// https://opentelemetry.io/docs/specs/semconv/system/process-metrics/ and .../runtime/nodejs-metrics/
import { PAUSES } from './buckets.js'
import type { MetricDefinition } from './types.js'

const MODE = { values: ['user', 'system'] } as const
const SPACE = { max: 20 } as const
const IO = { values: ['read', 'write'] } as const
const NETWORK = { values: ['receive', 'transmit'] } as const

export const resourceMetrics = [
  {
    name: 'process_cpu_time_seconds_total',
    kind: 'counter',
    unit: 'seconds',
    help: 'CPU time of the process.',
    labels: { cpu_mode: MODE },
    from: 'source'
  },
  { name: 'process_memory_usage_bytes', kind: 'gauge', unit: 'bytes', help: 'Resident memory of the process.', from: 'source' },
  {
    name: 'process_start_time_seconds',
    across: 'min',
    kind: 'gauge',
    unit: 'seconds',
    help: 'Unix time at which the process started.',
    from: 'source'
  },
  { name: 'process_open_file_descriptors', kind: 'gauge', help: 'Open file descriptors.', from: 'source' },
  {
    name: 'process_disk_io_bytes_total',
    kind: 'counter',
    unit: 'bytes',
    help: 'Bytes the process had read from or written to disks.',
    labels: { disk_io_direction: IO },
    from: 'source'
  },
  {
    name: 'nodejs_eventloop_delay_p50_seconds',
    across: 'max',
    kind: 'gauge',
    unit: 'seconds',
    help: 'Median delay of the event loop over the last half minute or more.',
    from: 'source'
  },
  {
    name: 'nodejs_eventloop_delay_p99_seconds',
    across: 'max',
    kind: 'gauge',
    unit: 'seconds',
    help: '99th percentile of the delay of the event loop over the last half minute or more.',
    from: 'source'
  },
  {
    name: 'nodejs_eventloop_delay_max_seconds',
    across: 'max',
    kind: 'gauge',
    unit: 'seconds',
    help: 'Longest delay of the event loop over the last half minute or more.',
    from: 'source'
  },
  {
    name: 'nodejs_eventloop_utilization_ratio',
    across: 'max',
    kind: 'gauge',
    unit: 'ratio',
    help: 'Share of time in which the event loop was busy, over up to half a minute.',
    from: 'source'
  },
  {
    name: 'v8js_gc_duration_seconds',
    kind: 'histogram',
    unit: 'seconds',
    help: 'Pauses of the garbage collector.',
    labels: { v8js_gc_type: { values: ['major', 'minor', 'incremental', 'weakcb'] } },
    buckets: PAUSES,
    from: 'application'
  },
  {
    name: 'v8js_memory_heap_used_bytes',
    kind: 'gauge',
    unit: 'bytes',
    help: 'Used heap by space.',
    labels: { v8js_heap_space_name: SPACE },
    from: 'source'
  },
  {
    name: 'v8js_memory_heap_space_size_bytes',
    kind: 'gauge',
    unit: 'bytes',
    help: 'Committed heap by space.',
    labels: { v8js_heap_space_name: SPACE },
    from: 'source'
  },
  {
    name: 'v8js_memory_heap_limit_bytes',
    across: 'max',
    kind: 'gauge',
    unit: 'bytes',
    help: 'Size that the heap must not exceed.',
    from: 'source'
  },
  {
    name: 'container_cpu_time_seconds_total',
    across: 'max',
    kind: 'counter',
    unit: 'seconds',
    help: 'CPU time of the container, from its cgroup.',
    from: 'source'
  },
  {
    name: 'rag_container_cpu_limit_cores',
    across: 'max',
    kind: 'gauge',
    help: 'CPU quota of the container in cores; absent without a quota.',
    from: 'source'
  },
  {
    name: 'rag_container_cpu_periods_total',
    across: 'max',
    kind: 'counter',
    help: 'Scheduling periods in which the container ran under its CPU quota.',
    from: 'source'
  },
  {
    name: 'rag_container_cpu_throttled_periods_total',
    across: 'max',
    kind: 'counter',
    help: 'Scheduling periods in which the container met its CPU quota.',
    from: 'source'
  },
  {
    name: 'rag_container_cpu_throttled_seconds_total',
    across: 'max',
    kind: 'counter',
    unit: 'seconds',
    help: 'Time for which the container was held back by its CPU quota.',
    from: 'source'
  },
  {
    name: 'container_memory_usage_bytes',
    across: 'max',
    kind: 'gauge',
    unit: 'bytes',
    help: 'Memory of the container, page cache included.',
    from: 'source'
  },
  {
    name: 'rag_container_memory_working_set_bytes',
    across: 'max',
    kind: 'gauge',
    unit: 'bytes',
    help: 'Memory of the container that cannot be given back at once; what the kernel kills for.',
    from: 'source'
  },
  {
    name: 'rag_container_memory_limit_bytes',
    across: 'max',
    kind: 'gauge',
    unit: 'bytes',
    help: 'Memory limit of the container; absent without a limit.',
    from: 'source'
  },
  {
    name: 'container_disk_io_bytes_total',
    across: 'max',
    kind: 'counter',
    unit: 'bytes',
    help: 'Bytes that the container read from or wrote to block devices.',
    labels: { disk_io_direction: IO },
    from: 'source'
  },
  {
    name: 'container_network_io_bytes_total',
    across: 'max',
    kind: 'counter',
    unit: 'bytes',
    help: 'Bytes over the network interfaces of the container, without loopback.',
    labels: { network_io_direction: NETWORK },
    from: 'source'
  }
] as const satisfies readonly MetricDefinition[]
