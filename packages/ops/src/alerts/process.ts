// The process, its container and the disk under it.
import type { Model } from '../config/model.js'
import { around } from './around.js'
import { BY, ON, shareOf } from './expr.js'
import { kit, m } from './kit.js'
import type { Alert } from './types.js'

const AT = { instance: 'a:9464' }

export function processAlerts(model: Model): Alert[] {
  const { limits } = model
  const { counter, gauge, seenAt } = kit(model)
  const memory = (start: number, perHour: number, hours: number, limit = 1e9) => [
    gauge('rag_container_memory_limit_bytes', [[limit, `${hours}h`]]),
    {
      ...gauge('rag_container_memory_working_set_bytes', []),
      samples: (step: number) => Array.from({ length: (hours * 3600) / step }, (_, index) => start + (perHour * index * step) / 3600)
    }
  ]
  const disk = (perHour: number, hours: number, start = 1e11) => [
    gauge('node_filesystem_size_bytes', [[1e12, `${hours}h`]], { mountpoint: '/data' }),
    {
      ...gauge('node_filesystem_avail_bytes', [], { mountpoint: '/data' }),
      samples: (step: number) => Array.from({ length: (hours * 3600) / step }, (_, index) => start - (perHour * index * step) / 3600)
    }
  ]
  return [
    {
      name: 'EventLoopBlocked',
      sentence: `The event loop of a process is delayed by more than ${limits.eventLoopSeconds} s at the 99th percentile for 10 minutes.`,
      priority: 'P2',
      type: 'saturation',
      expr: `nodejs_eventloop_delay_p99_seconds{service!=""} > ${limits.eventLoopSeconds}`,
      for: '10m',
      summary: 'The event loop of {{ $labels.service }} is blocked',
      impact: 'Every request of {{ $labels.instance }} waits up to {{ $value | humanizeDuration }} more.',
      dashboard: 'overview',
      runbook: {
        causes: ['large JSON or regular expressions in a handler', 'too few replicas', 'a container without enough CPU'],
        look: ['nodejs_eventloop_utilization_ratio', 'rate(process_cpu_time_seconds_total[5m])'],
        act: ['Take a CPU profile of the instance; add replicas meanwhile.']
      },
      tests: around({
        limit: limits.eventLoopSeconds,
        hold: '10m',
        labels: AT,
        series: (phases) => [gauge('nodejs_eventloop_delay_p99_seconds', phases)]
      })
    },
    {
      name: 'HeapNearLimit',
      sentence: `The used heap of a process is above ${limits.heapUsed} of its limit for 10 minutes.`,
      priority: 'P2',
      type: 'saturation',
      expr: `sum by (${BY}, instance) (v8js_memory_heap_used_bytes) / sum by (${BY}, instance) (v8js_memory_heap_limit_bytes) > ${limits.heapUsed}`,
      for: '10m',
      summary: 'The heap of {{ $labels.service }} is nearly full',
      impact: '{{ $value | humanizePercentage }} of the heap is used; at 100 % the process ends and loses what it holds.',
      dashboard: 'overview',
      runbook: {
        causes: ['a cache without a bound', 'a leak', 'documents larger than before'],
        look: ['sum by (instance, v8js_heap_space_name) (v8js_memory_heap_used_bytes)', 'rate(v8js_gc_duration_seconds_sum[5m])'],
        act: ['Restart one instance for time, then compare two heap snapshots.']
      },
      tests: around({
        limit: limits.heapUsed,
        above: limits.heapUsed * 1.08,
        hold: '10m',
        labels: AT,
        series: (phases) => [
          gauge(
            'v8js_memory_heap_used_bytes',
            phases.map(([value, length]) => [(value as number) * 600, length]),
            { v8js_heap_space_name: 'old' }
          ),
          gauge(
            'v8js_memory_heap_used_bytes',
            phases.map(([value, length]) => [(value as number) * 400, length]),
            { v8js_heap_space_name: 'new' }
          ),
          gauge(
            'v8js_memory_heap_limit_bytes',
            phases.map(([, length]) => [1000, length])
          )
        ]
      })
    },
    {
      name: 'MemoryTrend',
      sentence: `At the pace of the last 6 hours the memory of a container, already above half of its limit, reaches the limit within ${limits.memoryHours} hours; so for 30 minutes.`,
      priority: 'P3',
      type: 'saturation',
      expr: [
        `predict_linear(rag_container_memory_working_set_bytes{service!=""}[6h], ${limits.memoryHours * 3600}) > rag_container_memory_limit_bytes`,
        'and rag_container_memory_working_set_bytes > 0.5 * rag_container_memory_limit_bytes'
      ].join(' '),
      for: '30m',
      summary: 'The memory of {{ $labels.service }} grows towards its limit',
      impact: `The kernel ends {{ $labels.instance }} within ${limits.memoryHours} hours; it would use {{ $value | humanize1024 }}B then.`,
      dashboard: 'capacity',
      runbook: {
        causes: ['a leak', 'a cache that is still filling'],
        look: ['deriv(rag_container_memory_working_set_bytes[6h])', 'rag_cache_bytes'],
        act: ['A cache levels off: look again in an hour. A leak does not: compare two heap snapshots.']
      },
      tests: [
        {
          title: 'full four hours after the horizon: quiet until then',
          step: '5m',
          series: memory(5.1e8, 4.9e8 / (limits.memoryHours + 4), 6),
          expect: 'quiet 265m, fires 280m',
          labels: AT
        },
        {
          title: 'full only after the horizon',
          step: '5m',
          series: memory(5.1e8, 4.9e8 / (limits.memoryHours * 2), 6),
          expect: 'quiet 350m'
        },
        {
          title: 'waits half an hour',
          step: '5m',
          series: memory(6e8, 4e8 / 5, 2),
          expect: 'quiet 30m, fires 45m',
          labels: AT
        },
        {
          title: 'growing fast, but not yet half full',
          step: '5m',
          series: memory(4.2e8, 6e8 / limits.memoryHours, 1.5),
          expect: 'quiet 85m'
        },
        {
          title: 'grew for an hour, flat for five',
          step: '5m',
          series: [
            gauge('rag_container_memory_limit_bytes', [[1e9, '9h']]),
            gauge('rag_container_memory_working_set_bytes', [
              [5.2e8, '2h'],
              [8e8, '7h']
            ])
          ],
          expect: 'fires 200m, fires 310m, quiet 485m',
          labels: AT
        }
      ]
    },
    {
      name: 'CpuThrottled',
      sentence: `Within 10 minutes the container met its CPU quota in more than ${limits.throttled} of the periods while its service was slower than ${limits.slowSeconds} s at the 95th percentile, for 10 minutes.`,
      priority: 'P2',
      type: 'saturation',
      expr: `${shareOf('rate(rag_container_cpu_throttled_periods_total{service!=""}[10m])', 'rate(rag_container_cpu_periods_total[10m])')} > ${limits.throttled} and ${ON} (service:rag_http_duration_seconds:p95 > ${limits.slowSeconds})`,
      for: '10m',
      summary: '{{ $labels.service }} is slow because its CPU quota holds it back',
      impact: 'It stood still in {{ $value | humanizePercentage }} of the scheduling periods.',
      dashboard: 'capacity',
      runbook: {
        causes: ['a quota below what bursts need'],
        look: ['rate(rag_container_cpu_throttled_seconds_total[5m])'],
        act: ['Raise or remove the CPU limit; requests already share the node.']
      },
      tests: [
        ...(
          [
            ['throttled a tenth above and slow', limits.throttled * 1.1, limits.slowSeconds * 1.1, 'fires'],
            ['throttled a tenth below and slow', limits.throttled * 0.9, limits.slowSeconds * 1.1, 'quiet'],
            ['throttled but quick enough: it is not the cause of anything', limits.throttled * 2, limits.slowSeconds * 0.9, 'quiet']
          ] as const
        ).map(([title, share, took, state]) => ({
          title,
          series: [
            counter('rag_container_cpu_periods_total', [[0.8, m(70)]]),
            counter('rag_container_cpu_throttled_periods_total', [
              [0.8 * share, m(40)],
              [0, m(30)]
            ]),
            ...kit(model).histogram('http_server_request_duration_seconds', [
              [seenAt('http_server_request_duration_seconds', 0.95, took), m(70)]
            ])
          ],
          expect: `quiet 9m, ${state} 12m, ${state} 39m, quiet 50m`,
          labels: AT
        })),
        {
          title: 'throttled from the second half hour on: the window needs its time',
          series: [
            counter('rag_container_cpu_periods_total', [[10, m(90)]]),
            counter('rag_container_cpu_throttled_periods_total', [
              [0, m(30)],
              [10 * limits.throttled * 2, m(60)]
            ]),
            ...kit(model).histogram('http_server_request_duration_seconds', [[{ [limits.slowSeconds * 1.2]: 1 }, m(90)]])
          ],
          expect: 'quiet 44m, fires 47m, fires 80m',
          labels: AT
        }
      ]
    },
    {
      name: 'DiskFillForecast',
      sentence: `At the pace of the last 6 hours a file system with less than 40 % free is full within ${limits.diskHours} hours; so for 1 hour. (Figures of the node exporter.)`,
      priority: 'P2',
      type: 'saturation',
      expr: `predict_linear(node_filesystem_avail_bytes[6h], ${limits.diskHours * 3600}) < 0 and node_filesystem_avail_bytes < 0.4 * node_filesystem_size_bytes`,
      for: '1h',
      summary: 'The disk {{ $labels.mountpoint }} of {{ $labels.instance }} fills up',
      impact: `Writes fail within ${limits.diskHours} hours: logs, indexes and backups stop.`,
      dashboard: 'capacity',
      runbook: {
        causes: ['logs without a retention', 'an index or a WAL archive that is not cleaned'],
        look: ['node_filesystem_avail_bytes / node_filesystem_size_bytes', 'deriv(node_filesystem_avail_bytes[6h])'],
        act: ['Find what grows; delete or archive it; add space if it is data.']
      },
      tests: [
        {
          title: 'full four hours after the horizon: quiet until then',
          step: '5m',
          series: disk(1e11 / (limits.diskHours + 4), 7),
          expect: 'quiet 295m, fires 310m',
          labels: { ...AT, mountpoint: '/data' }
        },
        { title: 'full only after the horizon', step: '5m', series: disk(1e11 / (limits.diskHours * 1.5), 7), expect: 'quiet 410m' },
        {
          title: 'filling fast, but a little more than 40 % is free',
          step: '5m',
          series: disk(5e11 / limits.diskHours, 1.5, 4.4e11),
          expect: 'quiet 85m'
        },
        {
          title: 'filling fast with a little less than 40 % free',
          step: '5m',
          series: disk(4e11 / limits.diskHours, 1.5, 3.8e11),
          expect: 'quiet 60m, fires 70m',
          labels: { ...AT, mountpoint: '/data' }
        },
        {
          title: 'waits an hour',
          step: '5m',
          series: disk(1e11 / 5, 3),
          expect: 'quiet 60m, fires 75m',
          labels: { ...AT, mountpoint: '/data' }
        },
        {
          title: 'a large file came an hour ago, nothing since',
          step: '5m',
          series: [
            gauge('node_filesystem_size_bytes', [[1e12, '12h']], { mountpoint: '/data' }),
            gauge(
              'node_filesystem_avail_bytes',
              [
                [2e11, '4h'],
                [1e11, '8h']
              ],
              { mountpoint: '/data' }
            )
          ],
          expect: 'fires 360m, fires 430m, quiet 700m',
          labels: { ...AT, mountpoint: '/data' }
        }
      ]
    }
  ]
}
