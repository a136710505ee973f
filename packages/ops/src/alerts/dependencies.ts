// What a service calls: outages, time-outs, retries, and slowness that none of these explains.
import type { Model } from '../config/model.js'
import { wholeFalls } from './around.js'
import { ON, quantileOf, rateOf, shareOf } from './expr.js'
import { kit, m, type Phase } from './kit.js'
import type { Alert } from './types.js'

const CALLS = 'rag_dependency_requests_total'

export function dependencyAlerts(model: Model): Alert[] {
  const { limits } = model
  const { counter, gauge, histogram, seenAt } = kit(model)
  const calls = (outcome: string, phases: readonly (readonly [rate: number, share: number, length: string])[]) => [
    counter(
      CALLS,
      phases.map(([rate, share, length]): Phase => [rate * (1 - share), length]),
      { peer_service: 'search', outcome: 'ok' }
    ),
    counter(
      CALLS,
      phases.map(([rate, share, length]): Phase => [rate * share, length]),
      { peer_service: 'search', outcome }
    )
  ]
  const of = (outcome: string) => (phases: readonly (readonly [whole: number, part: number, length: string])[]) =>
    calls(
      outcome,
      phases.map(([whole, part, length]) => [whole, part / whole, length] as const)
    )
  const down = (window: string) =>
    `sum by (peer_service, environment) (rate(${CALLS}{outcome=~"error|timeout"}[${window}])) / (sum by (peer_service, environment) (rate(${CALLS}[${window}])) > ${limits.dependencyCalls})`
  const failing = Math.min(0.98, limits.dependencyErrors * 1.1)
  return [
    {
      name: 'DependencyDown',
      sentence: `Within 2 minutes more than ${limits.dependencyErrors} of all calls to a dependency failed or timed out, at more than ${limits.dependencyCalls} calls per second, for 1 minute.`,
      priority: 'P1',
      type: 'availability',
      // It must be known before the burn rates of its callers, or they page first.
      expr: `${down('2m')} > ${limits.dependencyErrors}`,
      for: '1m',
      summary: '{{ $labels.peer_service }} is down for its callers',
      impact: '{{ $value | humanizePercentage }} of calls to {{ $labels.peer_service }} fail, over all services that use it.',
      dashboard: 'graph',
      runbook: {
        causes: ['the dependency is down', 'the network to it', 'credentials that ran out'],
        look: [`sum by (service, peer_service, outcome) (rate(${CALLS}[5m]))`],
        act: [
          'One notice stands for all services that call it; those that only suffer are held back.',
          'If only one service fails, its credentials or its network are at fault.'
        ]
      },
      tests: [
        {
          title: 'a tenth above, then healthy',
          series: calls('error', [
            [1, failing, m(20)],
            [1, 0, m(20)]
          ]),
          expect: 'quiet 1m, fires 2m, fires 19m, quiet 22m',
          labels: { peer_service: 'search', service: '' }
        },
        {
          title: 'time-outs count as well, and the window needs its time',
          series: calls('timeout', [
            [1, 0, m(20)],
            [1, 1, m(20)]
          ]),
          // Half of the calls of two minutes is reached after one, more than half at the next look.
          expect: 'quiet 21m, quiet 22m, fires 23m',
          labels: { peer_service: 'search', service: '' }
        },
        { title: 'a tenth below', series: calls('error', [[1, limits.dependencyErrors * 0.9, m(20)]]), expect: 'quiet 19m' },
        ...(limits.dependencyErrors < 0.65
          ? [
              wholeFalls({
                limit: limits.dependencyErrors,
                window: '2m',
                hold: '1m',
                labels: { peer_service: 'search', service: '' },
                series: of('error')
              })
            ]
          : []),
        { title: 'too few calls to tell', series: calls('error', [[limits.dependencyCalls * 0.9, 1, m(20)]]), expect: 'quiet 19m' },
        {
          title: 'just enough calls',
          series: calls('error', [[limits.dependencyCalls * 1.1, 1, m(20)]]),
          expect: 'fires 19m',
          labels: { peer_service: 'search', service: '' }
        }
      ]
    },
    {
      name: 'DependencyTimeouts',
      sentence: `Within 5 minutes more than ${limits.dependencyTimeouts} of the calls of a service to a dependency timed out, at more than ${limits.dependencyCalls} calls per second, for 5 minutes.`,
      priority: 'P2',
      type: 'latency',
      expr: `${rateOf(`${CALLS}{outcome="timeout"}`, '5m', 'peer_service')} / (${rateOf(CALLS, '5m', 'peer_service')} > ${limits.dependencyCalls}) > ${limits.dependencyTimeouts}`,
      for: '5m',
      summary: '{{ $labels.peer_service }} times out for {{ $labels.service }}',
      impact: '{{ $value | humanizePercentage }} of calls wait for their full time-out.',
      dashboard: 'graph',
      runbook: {
        causes: ['the dependency is overloaded', 'a time-out shorter than its usual answer'],
        look: [quantileOf(0.95, 'http_client_request_duration_seconds', '5m', 'server_address')],
        act: ['Compare the time-out with the 95th percentile of its answers.']
      },
      tests: [
        {
          title: 'a tenth above, then healthy',
          series: calls('timeout', [
            [1, limits.dependencyTimeouts * 1.1, m(20)],
            [1, 0, m(20)]
          ]),
          expect: 'quiet 5m, fires 7m, fires 19m, quiet 25m',
          labels: { peer_service: 'search' }
        },
        {
          title: 'healthy, then twice the share: half of the window is enough',
          series: calls('timeout', [
            [1, 0, m(20)],
            [1, limits.dependencyTimeouts * 2, m(20)]
          ]),
          expect: 'quiet 27m, fires 29m',
          labels: { peer_service: 'search' }
        },
        { title: 'a tenth below', series: calls('timeout', [[1, limits.dependencyTimeouts * 0.9, m(20)]]), expect: 'quiet 19m' },
        wholeFalls({
          limit: limits.dependencyTimeouts,
          window: '5m',
          hold: '5m',
          labels: { peer_service: 'search' },
          series: of('timeout')
        }),
        { title: 'errors are not time-outs', series: calls('error', [[1, 0.5, m(20)]]), expect: 'quiet 19m' },
        { title: 'too few calls', series: calls('timeout', [[limits.dependencyCalls * 0.9, 1, m(20)]]), expect: 'quiet 19m' },
        {
          title: 'just enough calls',
          series: calls('timeout', [[limits.dependencyCalls * 1.1, 1, m(20)]]),
          expect: 'fires 19m',
          labels: { peer_service: 'search' }
        }
      ]
    },
    {
      name: 'RetryStorm',
      sentence: `Within 5 minutes a service made more than ${limits.retries} retries per call to a dependency, at more than ${limits.dependencyCalls} calls per second, for 5 minutes.`,
      priority: 'P2',
      type: 'saturation',
      expr: `${rateOf('rag_dependency_retries_total', '5m', 'peer_service')} / (${rateOf(CALLS, '5m', 'peer_service')} > ${limits.dependencyCalls}) > ${limits.retries}`,
      for: '5m',
      summary: '{{ $labels.service }} retries {{ $labels.peer_service }} too much',
      impact: '{{ $value | humanize }} retries per call add to the load of {{ $labels.peer_service }}.',
      dashboard: 'graph',
      runbook: {
        causes: ['the dependency fails', 'retries without growing pauses'],
        look: [rateOf('rag_dependency_retries_total', '5m', 'peer_service')],
        act: ['Help the dependency first; then give the client fewer attempts and jitter.']
      },
      tests: [
        {
          title: 'a tenth above, then calm',
          series: [
            ...calls('error', [[1, 0, m(40)]]),
            counter(
              'rag_dependency_retries_total',
              [
                [limits.retries * 1.1, m(20)],
                [0, m(20)]
              ],
              { peer_service: 'search' }
            )
          ],
          expect: 'quiet 5m, fires 7m, fires 19m, quiet 25m',
          labels: { peer_service: 'search' }
        },
        {
          title: 'calm, then twice the retries: half of the window is enough',
          series: [
            ...calls('error', [[1, 0, m(40)]]),
            counter(
              'rag_dependency_retries_total',
              [
                [0, m(20)],
                [limits.retries * 2, m(20)]
              ],
              { peer_service: 'search' }
            )
          ],
          expect: 'quiet 27m, fires 29m',
          labels: { peer_service: 'search' }
        },
        {
          title: 'a tenth below',
          series: [
            ...calls('error', [[1, 0, m(20)]]),
            counter('rag_dependency_retries_total', [[limits.retries * 0.9, m(20)]], { peer_service: 'search' })
          ],
          expect: 'quiet 19m'
        },
        wholeFalls({
          limit: limits.retries,
          window: '5m',
          hold: '5m',
          labels: { peer_service: 'search' },
          series: (phases) => [
            ...calls(
              'error',
              phases.map(([whole, , length]) => [whole, 0, length] as const)
            ),
            counter(
              'rag_dependency_retries_total',
              phases.map(([, part, length]): Phase => [part, length]),
              { peer_service: 'search' }
            )
          ]
        }),
        {
          title: 'too few calls',
          series: [
            ...calls('error', [[limits.dependencyCalls * 0.9, 0, m(20)]]),
            counter('rag_dependency_retries_total', [[1, m(20)]], { peer_service: 'search' })
          ],
          expect: 'quiet 19m'
        },
        {
          title: 'just enough calls',
          series: [
            ...calls('error', [[limits.dependencyCalls * 1.1, 0, m(20)]]),
            counter('rag_dependency_retries_total', [[1, m(20)]], { peer_service: 'search' })
          ],
          expect: 'fires 19m',
          labels: { peer_service: 'search' }
        }
      ]
    },
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
