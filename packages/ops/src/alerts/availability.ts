// Is it there: services, instances, restarts, and the alert that proves alerting works.
import type { Model } from '../config/model.js'
import { BY, ON } from './expr.js'
import { kit, m } from './kit.js'
import type { Alert } from './types.js'

export function availabilityAlerts(model: Model): Alert[] {
  const { limits } = model
  const { counter, gauge } = kit(model)
  const others = model.services.slice(1).map(({ name }) => gauge('up', [[1, m(40)]], { service: name }))
  return [
    {
      name: 'ServiceDown',
      alone: true,
      sentence: 'No instance of a service that ops.config.ts names answered a scrape for 2 minutes.',
      priority: 'P0',
      type: 'availability',
      expr: `service:rag_expected:info unless ${ON} (up == 1)`,
      for: '2m',
      summary: '{{ $labels.service }} is down',
      impact: '100 % of requests to {{ $labels.service }} fail: no instance answers.',
      dashboard: 'overview',
      runbook: {
        causes: [
          'the processes crashed or were not started',
          'the network between Prometheus and the service',
          'the service is named in ops.config.ts but not deployed'
        ],
        look: ['up', `changes(process_start_time_seconds[30m])`],
        act: ['Look at the last log lines of the service: a FATAL line says why it left.', 'Start it, or roll the last release back.']
      },
      tests: [
        {
          title: 'two instances go down, one comes back',
          series: [
            ...others,
            gauge('up', [
              [1, m(10)],
              [0, m(10)],
              [1, m(10)]
            ]),
            gauge(
              'up',
              [
                [1, m(8)],
                [0, m(22)]
              ],
              { instance: 'b:9464' }
            )
          ],
          expect: 'quiet 11m, fires 12m, fires 19m, quiet 20m'
        },
        {
          title: 'scraped never',
          series: [...others, gauge('up', [[1, m(10)]], { service: 'somebody-else' })],
          expect: 'quiet 1m, fires 2m'
        },
        {
          title: 'one of two instances is down',
          series: [...others, gauge('up', [[1, m(10)]]), gauge('up', [[0, m(10)]], { instance: 'b:9464' })],
          expect: 'quiet 9m'
        }
      ]
    },
    {
      name: 'InstanceDown',
      sentence: 'An instance of a service whose others are up answered no scrape for 5 minutes.',
      priority: 'P2',
      type: 'availability',
      expr: `up{service!=""} == 0 and ${ON} (sum by (${BY}) (up) > 0)`,
      for: '5m',
      summary: 'An instance of {{ $labels.service }} is down',
      impact: '1 instance of {{ $labels.service }} is missing: the others carry its load.',
      dashboard: 'overview',
      runbook: {
        causes: ['a crash or an eviction', 'a node that is gone'],
        look: ['up == 0'],
        act: ['If the scheduler does not replace it, look why.']
      },
      tests: [
        {
          title: 'one of two goes down and comes back',
          series: [
            gauge('up', [[1, m(30)]], { instance: 'b:9464' }),
            gauge('up', [
              [1, m(5)],
              [0, m(15)],
              [1, m(10)]
            ])
          ],
          expect: 'quiet 9m, fires 10m, fires 19m, quiet 20m',
          labels: { instance: 'a:9464' }
        },
        { title: 'all are down: that is another alert', series: [gauge('up', [[0, m(30)]])], expect: 'quiet 20m' }
      ]
    },
    {
      name: 'RestartLoop',
      sentence: `A process started more than ${limits.restarts} times within 30 minutes.`,
      priority: 'P2',
      type: 'availability',
      expr: `changes(process_start_time_seconds{service!=""}[30m]) > ${limits.restarts}`,
      summary: '{{ $labels.service }} keeps restarting',
      impact: '{{ $value | humanize }} restarts in half an hour; requests in flight were lost each time.',
      dashboard: 'overview',
      runbook: {
        causes: ['it runs out of memory', 'a FATAL error at start', 'a liveness probe that is too strict'],
        look: [
          'rag_container_memory_working_set_bytes / rag_container_memory_limit_bytes',
          'increase(rag_log_events_total{level="fatal"}[30m])'
        ],
        act: ['Read its last lines before each restart.']
      },
      tests: [
        {
          title: 'one restart more than allowed, then calm',
          series: [
            gauge('process_start_time_seconds', [
              [1, m(5)],
              [2, m(6)],
              [3, m(6)],
              [4, m(6)],
              [5, m(60)]
            ])
          ],
          expect: 'quiet 22m, fires 24m, fires 33m, quiet 36m',
          labels: { instance: 'a:9464' }
        },
        {
          title: 'as many as allowed',
          series: [
            gauge('process_start_time_seconds', [
              [1, m(5)],
              [2, m(6)],
              [3, m(6)],
              [4, m(60)]
            ])
          ],
          expect: 'quiet 20m, quiet 30m'
        },
        {
          title: 'the same number spread over an hour',
          series: [
            gauge('process_start_time_seconds', [
              [1, m(5)],
              [2, m(14)],
              [3, m(14)],
              [4, m(14)],
              [5, m(60)]
            ])
          ],
          expect: 'quiet 48m, quiet 60m'
        }
      ]
    },
    {
      name: 'Watchdog',
      alone: true,
      sentence: 'Always: its absence at the receiver means that alerting itself is broken.',
      priority: 'P4',
      type: 'telemetry',
      expr: 'vector(1)',
      summary: 'Alerting works',
      impact: 'None while it arrives; when it stops, nobody would be told of anything.',
      dashboard: 'telemetry',
      runbook: {
        causes: ['Prometheus, Alertmanager or the way to the receiver is down'],
        look: ['up'],
        act: ['Nothing while it arrives. When the dead-man receiver complains, start at Prometheus and follow the path of a notice.']
      },
      tests: [
        {
          title: 'at any time',
          series: [],
          expect: 'fires 0m, fires 60m',
          labels: { service: '', environment: '' }
        }
      ]
    },
    {
      name: 'ServiceWithoutTraffic',
      sentence:
        'A service that answered requests at the same hour of the day before answered none for 1 hour, while it is up; for 10 minutes.',
      priority: 'P3',
      type: 'availability',
      expr: `sum by (${BY}) (increase(rag_http_server_requests_total[1h])) == 0 and ${ON} (sum by (${BY}) (increase(rag_http_server_requests_total[1h] offset 1d)) > 20)`,
      for: '10m',
      summary: 'Nobody calls {{ $labels.service }}',
      impact: '{{ $value }} requests within an hour; callers may be unable to reach it.',
      dashboard: 'overview',
      runbook: {
        causes: ['the way to the service is broken', 'its callers are down', 'a holiday'],
        look: ['service:rag_http_requests:rate5m'],
        act: ['Call it from outside. If it answers, look at its callers.']
      },
      tests: [
        {
          title: 'traffic yesterday, none today',
          step: '5m',
          series: [
            counter(
              'rag_http_server_requests_total',
              [
                [0.1, '24h'],
                [0, '10h'],
                [0.1, '1h']
              ],
              { status_class: '2xx' }
            )
          ],
          expect: 'quiet 24h30m, quiet 25h5m, fires 25h10m, fires 33h50m, quiet 34h30m'
        },
        {
          title: 'hardly any traffic yesterday',
          step: '10m',
          series: [
            counter(
              'rag_http_server_requests_total',
              [
                [18 / 3600, '24h'],
                [0, '10h']
              ],
              { status_class: '2xx' }
            )
          ],
          expect: 'quiet 30h'
        },
        {
          title: 'just enough traffic yesterday',
          step: '10m',
          series: [
            counter(
              'rag_http_server_requests_total',
              [
                [23 / 3600, '24h'],
                [0, '10h']
              ],
              { status_class: '2xx' }
            )
          ],
          expect: 'fires 30h'
        },
        {
          title: 'yesterday only at another hour',
          step: '10m',
          series: [
            counter(
              'rag_http_server_requests_total',
              [
                [0, '6h'],
                [0.1, '3h'],
                [0, '30h']
              ],
              { status_class: '2xx' }
            )
          ],
          expect: 'quiet 29h, fires 32h, quiet 36h'
        }
      ]
    }
  ]
}
