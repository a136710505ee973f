// Canaries: is the new version worse than the one beside it.
import type { Model } from '../config/model.js'
import { wholeFalls } from './around.js'
import { ON } from './expr.js'
import { kit, m } from './kit.js'
import { requestsOf } from './traffic.js'
import type { Alert } from './types.js'

export function canaryAlerts(model: Model): Alert[] {
  const { limits } = model
  const { counter, histogram } = kit(model)
  const requests = requestsOf(model)
  const side = (record: string, track: string) => `${record}{track="${track}"}`
  const worse = (record: string) => `${side(record, 'canary')} > ${ON} ${limits.canaryWorse} * ${side(record, 'stable')}`
  const busy = (track: string) => `${ON} ${side('track:rag_http_requests:rate10m', track)} > ${limits.releaseTraffic}`
  const both = (stable: number, canary: number, stableRate = 1, canaryRate = stableRate) => [
    ...requests([[stableRate, stable, m(60)]], { track: 'stable', instance: 's:9464' }),
    ...requests(
      [
        [canaryRate, canary, m(30)],
        [canaryRate, stable, m(30)]
      ],
      { track: 'canary', instance: 'c:9464' }
    )
  ]
  const speeds = (stable: number, canary: number, rate = 1) =>
    [
      ...requests([[rate, 0, m(60)]], { track: 'stable', instance: 's:9464' }),
      ...requests([[rate, 0, m(60)]], { track: 'canary', instance: 'c:9464' }),
      ...histogram('http_server_request_duration_seconds', [[{ [stable]: rate }, m(60)]], { track: 'stable', instance: 's:9464' }),
      ...histogram(
        'http_server_request_duration_seconds',
        [
          [{ [canary]: rate }, m(30)],
          [{ [stable]: rate }, m(30)]
        ],
        { track: 'canary', instance: 'c:9464' }
      )
    ].filter(({ metric }) => !metric.endsWith('_bucket'))
  const least = limits.releaseErrorMinimum
  return [
    {
      name: 'CanaryWorse',
      sentence: `Over 10 minutes, at more than ${limits.releaseTraffic} requests per second on both sides, the canary failed ${limits.canaryWorse} times as often as stable and more than ${limits.releaseErrorMinimum}, or its mean duration is ${limits.canaryWorse} times as long; for 5 minutes.`,
      priority: 'P1',
      type: 'deploy',
      expr: `(${worse('track:rag_http_errors:ratio_rate10m')} and ${ON} ${side('track:rag_http_errors:ratio_rate10m', 'canary')} > ${limits.releaseErrorMinimum} or ${worse('track:rag_http_mean_seconds:rate10m')}) and ${busy('canary')} and ${busy('stable')}`,
      for: '5m',
      summary: 'The canary of {{ $labels.service }} is worse than stable',
      impact: 'Its figure is {{ $value | humanize }} (share of failed requests, or seconds).',
      dashboard: 'overview',
      runbook: {
        causes: ['the new version'],
        look: ['sum by (service, track, status_class) (rate(rag_http_server_requests_total[10m]))'],
        act: ['Take the canary out; nobody else has the new version yet.']
      },
      tests: [
        {
          title: 'fails a tenth above the multiple, then as stable',
          series: both(least * 2, least * 2 * limits.canaryWorse * 1.1),
          expect: 'quiet 4m, fires 8m, fires 29m, quiet 36m'
        },
        {
          title: 'from one moment to the next: the window needs its time',
          series: [
            ...requests([[1, 0.02, m(80)]], { track: 'stable' }),
            ...requests(
              [
                [1, 0.02, m(40)],
                [1, 0.02 * limits.canaryWorse * 1.6, m(40)]
              ],
              { track: 'canary' }
            )
          ],
          expect: 'quiet 48m, fires 51m'
        },
        {
          title: 'fails a tenth below the multiple',
          series: both(least * 2, least * 2 * limits.canaryWorse * 0.9),
          expect: 'quiet 29m'
        },
        { title: 'hardly anything fails', series: both(least * 0.1, least * 0.9), expect: 'quiet 29m' },
        { title: 'a little too much fails', series: both(least * 0.1, least * 1.1), expect: 'fires 29m' },
        { title: 'too little traffic of the canary', series: both(0.02, 0.5, 1, limits.releaseTraffic * 0.9), expect: 'quiet 29m' },
        { title: 'too little traffic of stable', series: both(0.02, 0.5, limits.releaseTraffic * 0.9, 1), expect: 'quiet 29m' },
        { title: 'just enough traffic', series: both(0.02, 0.5, limits.releaseTraffic * 1.1), expect: 'fires 29m' },
        {
          title: 'slower by a tenth above the multiple',
          series: speeds(0.2, 0.2 * limits.canaryWorse * 1.1),
          expect: 'quiet 4m, fires 8m, fires 29m, quiet 38m'
        },
        {
          title: 'slower from one moment to the next',
          series: [
            ...requests([[1, 0, m(80)]], { track: 'stable' }),
            ...requests([[1, 0, m(80)]], { track: 'canary' }),
            ...histogram('http_server_request_duration_seconds', [[{ 0.2: 1 }, m(80)]], { track: 'stable' }),
            ...histogram(
              'http_server_request_duration_seconds',
              [
                [{ 0.2: 1 }, m(40)],
                [{ [0.2 * limits.canaryWorse * 1.3]: 1 }, m(40)]
              ],
              { track: 'canary' }
            )
          ].filter(({ metric }) => !metric.endsWith('_bucket')),
          expect: 'quiet 50m, fires 53m'
        },
        { title: 'slower by a tenth below the multiple', series: speeds(0.2, 0.2 * limits.canaryWorse * 0.9), expect: 'quiet 29m' },
        { title: 'slower, with too little traffic', series: speeds(0.2, 2, limits.releaseTraffic * 0.9), expect: 'quiet 29m' },
        { title: 'slower, with just enough traffic', series: speeds(0.2, 2, limits.releaseTraffic * 1.1), expect: 'fires 29m' },
        {
          title: 'a canary that is taken out: ten minutes forget it',
          series: [
            ...requests([[limits.releaseTraffic * 5, 0.01, m(60)]], { track: 'stable' }),
            ...requests(
              [
                [limits.releaseTraffic * 5, 0.5, m(20)],
                [limits.releaseTraffic * 0.5, 0.5, m(40)]
              ],
              { track: 'canary' }
            )
          ],
          // Ten minutes hold 5 - 4.5 x 8.89/10 = 1 times the least after nine of them.
          expect: 'fires 28m, quiet 29m'
        },
        wholeFalls({
          limit: 0.02 * limits.canaryWorse,
          window: '10m',
          hold: '5m',
          series: (phases) => [
            ...requests([[1, 0.02, m(60)]], { track: 'stable' }),
            ...requests(
              phases.map(([whole, part, length]) => [whole, part / whole, length] as const),
              { track: 'canary' }
            )
          ]
        }),
        {
          ...wholeFalls({
            limit: 0.2 * limits.canaryWorse,
            window: '10m',
            hold: '5m',
            series: (phases) => [
              ...requests([[1, 0, m(60)]], { track: 'stable' }),
              ...requests([[1, 0, m(60)]], { track: 'canary' }),
              counter('http_server_request_duration_seconds_sum', [[0.2, m(60)]], { track: 'stable' }),
              counter('http_server_request_duration_seconds_count', [[1, m(60)]], { track: 'stable' }),
              counter(
                'http_server_request_duration_seconds_sum',
                phases.map(([, part, length]) => [part, length] as const),
                { track: 'canary' }
              ),
              counter(
                'http_server_request_duration_seconds_count',
                phases.map(([whole, , length]) => [whole, length] as const),
                { track: 'canary' }
              )
            ]
          }),
          title: 'as much time as ever, for a quarter of the requests'
        },
        { title: 'no canary', series: requests([[1, 0.5, m(30)]], { track: 'stable' }), expect: 'quiet 29m' }
      ]
    }
  ]
}
