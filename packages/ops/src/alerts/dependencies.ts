// What a service calls: outages, time-outs and retries.
import type { Model } from '../config/model.js'
import { wholeFalls } from './around.js'
import { quantileOf, rateOf } from './expr.js'
import { kit, m, type Phase } from './kit.js'
import { CALLS, callsOf } from './traffic.js'
import type { Alert } from './types.js'

export function dependencyAlerts(model: Model): Alert[] {
  const { limits } = model
  const { counter } = kit(model)
  const calls = callsOf(model)
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
    }
  ]
}
