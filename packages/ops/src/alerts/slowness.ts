// Slowness that no dependency, event loop or pool explains.
import type { Model } from '../config/model.js'
import { ON, quantileOf, rateOf, shareOf } from './expr.js'
import { kit, m } from './kit.js'
import { CALLS, callsOf } from './traffic.js'
import type { Alert } from './types.js'

export function slownessAlerts(model: Model): Alert[] {
  const { limits } = model
  const { counter, gauge, histogram, seenAt } = kit(model)
  const calls = callsOf(model)
  return [
    {
      name: 'SlowWithoutKnownCause',
      sentence: `The 95th percentile of a service with traffic is above ${limits.slowSeconds} s for 5 minutes while its event loop is free, none of its dependencies fails and its pools have room.`,
      priority: 'P2',
      type: 'latency',
      expr: [
        `service:rag_http_duration_seconds:p95 > ${limits.slowSeconds} and service:rag_http_requests:rate5m > 0.05`,
        `unless ${ON} (nodejs_eventloop_delay_p99_seconds > ${limits.eventLoopSeconds})`,
        `unless ${ON} (${shareOf(rateOf(`${CALLS}{outcome=~"error|timeout"}`, '5m', 'peer_service'), rateOf(CALLS, '5m', 'peer_service'))} > ${limits.dependencyTimeouts})`,
        `unless ${ON} (rag_db_pool_saturation_ratio > ${limits.poolSaturation})`
      ].join(' '),
      for: '5m',
      summary: '{{ $labels.service }} is slow and the usual causes are not it',
      impact: 'One request in twenty takes more than {{ $value | humanizeDuration }}.',
      dashboard: 'overview',
      runbook: {
        causes: ['a slow dependency that does not fail', 'work that grew with its input', 'a noisy neighbour'],
        look: [
          'topk(5, route:rag_http_duration_seconds:p95)',
          quantileOf(0.95, 'http_client_request_duration_seconds', '5m', 'server_address'),
          quantileOf(0.95, 'rag_stage_duration_seconds', '5m', 'stage')
        ],
        act: ['Follow an exemplar of the slowest route into its trace; the longest span is the cause.']
      },
      tests: [
        ...(
          [
            ['nothing explains it', 'fires', []],
            ['the event loop is blocked', 'quiet', [gauge('nodejs_eventloop_delay_p99_seconds', [[limits.eventLoopSeconds * 1.1, m(20)]])]],
            [
              'the event loop is a little busy',
              'fires',
              [gauge('nodejs_eventloop_delay_p99_seconds', [[limits.eventLoopSeconds * 0.9, m(20)]])]
            ],
            ['a dependency fails', 'quiet', calls('error', [[1, limits.dependencyTimeouts * 1.1, m(20)]])],
            ['a dependency fails now and then', 'fires', calls('error', [[1, limits.dependencyTimeouts * 0.9, m(20)]])],
            [
              'a dependency failed ten minutes ago',
              'fires',
              calls('error', [
                [1, 0.5, m(6)],
                [1, 0, m(14)]
              ])
            ],
            [
              'a dependency has just begun to fail',
              'quiet',
              calls('error', [
                [1, 0, m(15)],
                [1, limits.dependencyTimeouts * 1.6, m(5)]
              ])
            ],
            [
              'the pool is full',
              'quiet',
              [gauge('rag_db_pool_saturation_ratio', [[limits.poolSaturation * 1.1, m(20)]], { db_client_connection_pool_name: 'main' })]
            ],
            [
              'the pool has room',
              'fires',
              [gauge('rag_db_pool_saturation_ratio', [[limits.poolSaturation * 0.9, m(20)]], { db_client_connection_pool_name: 'main' })]
            ]
          ] as const
        ).map(([title, state, more]) => ({
          title,
          series: [
            ...histogram('http_server_request_duration_seconds', [[{ [limits.slowSeconds * 1.2]: 1 }, m(20)]]),
            counter('rag_http_server_requests_total', [[1, m(20)]], { status_class: '2xx' }),
            ...more
          ],
          expect: `quiet 5m, ${state} 19m`
        })),
        {
          title: 'slow, then quick again',
          series: [
            ...histogram('http_server_request_duration_seconds', [
              [{ [limits.slowSeconds * 4]: 1 }, m(20)],
              [{ 0.1: 1 }, m(20)]
            ]),
            counter('rag_http_server_requests_total', [[1, m(40)]], { status_class: '2xx' })
          ],
          // One in twenty of the last five minutes is slow until a quarter of a minute is left of them.
          expect: 'fires 7m, fires 24m, quiet 25m'
        },
        {
          title: 'quick enough',
          series: [
            ...histogram('http_server_request_duration_seconds', [
              [seenAt('http_server_request_duration_seconds', 0.95, limits.slowSeconds * 0.9), m(20)]
            ]),
            counter('rag_http_server_requests_total', [[1, m(20)]], { status_class: '2xx' })
          ],
          expect: 'quiet 19m'
        },
        {
          title: 'hardly any traffic',
          series: [
            ...histogram('http_server_request_duration_seconds', [[{ [limits.slowSeconds * 2]: 0.045 }, m(20)]]),
            counter('rag_http_server_requests_total', [[0.045, m(20)]], { status_class: '2xx' })
          ],
          expect: 'quiet 19m'
        },
        {
          title: 'traffic that ends: five minutes forget it',
          series: [
            ...histogram('http_server_request_duration_seconds', [[{ [limits.slowSeconds * 4]: 0.025 }, m(40)]]),
            counter(
              'rag_http_server_requests_total',
              [
                [0.25, m(20)],
                [0.025, m(20)]
              ],
              { status_class: '2xx' }
            )
          ],
          // Five minutes hold 0.25 - 0.225 x 4.44/5 = 0.05 a second.
          expect: 'fires 24m, quiet 25m'
        },
        {
          title: 'little traffic',
          series: [
            ...histogram('http_server_request_duration_seconds', [[{ [limits.slowSeconds * 2]: 0.056 }, m(20)]]),
            counter('rag_http_server_requests_total', [[0.056, m(20)]], { status_class: '2xx' })
          ],
          expect: 'fires 19m'
        }
      ]
    }
  ]
}
