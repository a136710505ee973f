// Releases and canaries: is the new version worse than the old one.
import type { Model } from '../config/model.js'
import { wholeFalls } from './around.js'
import { BY, ON, rateOf } from './expr.js'
import { kit, m } from './kit.js'
import type { Alert } from './types.js'

const REQUESTS = 'rag_http_server_requests_total'
const RELEASE = 'rag_release_timestamp_seconds'

export function deployAlerts(model: Model): Alert[] {
  const { limits } = model
  const { counter, gauge, histogram } = kit(model)
  const requests = (phases: readonly (readonly [rate: number, failing: number, length: string])[], labels: Record<string, string> = {}) => [
    counter(
      REQUESTS,
      phases.map(([rate, failing, length]) => [rate * (1 - failing), length] as const),
      { ...labels, status_class: '2xx' }
    ),
    counter(
      REQUESTS,
      phases.map(([rate, failing, length]) => [rate * failing, length] as const),
      { ...labels, status_class: '5xx' }
    )
  ]
  const released = (minute: number, minutes: number) =>
    gauge(
      RELEASE,
      [
        [null, m(minute)],
        [minute * 60, m(minutes - minute)]
      ],
      { version: '2.0.0' }
    )
  const age = `(time() - max by (${BY}) (${RELEASE}))`
  const errors = 'service:rag_http_errors:ratio_rate10m'
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
  // From 2 to 0.5 requests a second: after so many minutes ten minutes hold 2 divided by the multiple.
  const whole = Math.floor(((2 - 2 / limits.releaseErrors) / 1.5) * 10)
  return [
    {
      name: 'ReleaseInProgress',
      sentence: 'A release was marked within the last 30 minutes.',
      priority: 'P4',
      type: 'deploy',
      expr: `${age} < 1800`,
      summary: '{{ $labels.service }} was released',
      impact: 'None: notices of P3 and P4 about this service are held back; the release is {{ $value | humanizeDuration }} old.',
      dashboard: 'overview',
      runbook: {
        causes: ['a release'],
        look: [RELEASE],
        act: ['Nothing. It ends by itself and holds back less urgent notices meanwhile.']
      },
      tests: [
        { title: 'an hour ago', series: [released(10, 100)], expect: 'quiet 70m' },
        {
          title: 'for half an hour',
          series: [released(10, 60)],
          expect: 'quiet 9m, fires 11m, fires 38m, quiet 41m'
        }
      ]
    },
    {
      name: 'ReleaseRegressed',
      sentence: `Within an hour after a release the error ratio over 10 minutes is above ${limits.releaseErrors} times that of an hour before and above ${limits.releaseErrorMinimum}, at more than ${limits.releaseTraffic} requests per second, for 5 minutes.`,
      priority: 'P1',
      type: 'deploy',
      expr: `${errors} > ${limits.releaseErrors} * ${errors} offset 1h and ${errors} > ${limits.releaseErrorMinimum} and ${rateOf(REQUESTS, '10m')} > ${limits.releaseTraffic} and ${ON} (${age} < 3600)`,
      for: '5m',
      summary: 'The release of {{ $labels.service }} fails more than the version before',
      impact: '{{ $value | humanizePercentage }} of requests fail since the release.',
      dashboard: 'overview',
      runbook: {
        causes: ['the release'],
        look: ['topk(5, route:rag_http_requests:rate5m{status_class="5xx"})', 'rag_build_info'],
        act: ['Roll back first, then look for the reason.']
      },
      tests: [
        {
          title: 'a fifth above its multiple, then rolled back',
          series: [
            ...requests([
              [1, least, m(120)],
              [1, least * limits.releaseErrors * 1.2, m(30)],
              [1, least, m(60)]
            ]),
            released(120, 210)
          ],
          expect: 'quiet 119m, fires 137m, fires 149m, quiet 163m'
        },
        {
          title: 'twice the trouble from the first minute: half of the window is enough',
          series: [
            ...requests([
              [1, least, m(120)],
              [1, least * limits.releaseErrors * 2, m(50)]
            ]),
            released(120, 170)
          ],
          expect: 'quiet 127m, fires 132m'
        },
        {
          title: 'a fifth below its multiple',
          series: [
            ...requests([
              [1, least, m(120)],
              [1, least * limits.releaseErrors * 0.8, m(50)]
            ]),
            released(120, 170)
          ],
          expect: 'quiet 160m'
        },
        {
          title: 'nothing failed before, hardly anything fails now',
          series: [
            ...requests([
              [1, least * 0.05, m(120)],
              [1, least * 0.9, m(50)]
            ]),
            released(120, 170)
          ],
          expect: 'quiet 160m'
        },
        {
          title: 'nothing failed before, a little too much fails now',
          series: [
            ...requests([
              [1, least * 0.05, m(120)],
              [1, least * 1.1, m(50)]
            ]),
            released(120, 170)
          ],
          expect: 'fires 160m'
        },
        {
          title: 'worse than before within the hour that is compared: an hour ago it was as bad',
          series: [
            ...requests([
              [1, least, m(60)],
              [1, least * limits.releaseErrors * 2, m(20)],
              [1, least, m(40)],
              [1, least * limits.releaseErrors * 2, m(50)]
            ]),
            released(120, 170)
          ],
          // An hour before minute 135 all had been failing as often for five minutes more than the window.
          expect: 'quiet 119m, quiet 139m, fires 152m'
        },
        ...(limits.releaseErrors < 3.5
          ? [
              {
                title: 'as many failures as before the release, of a quarter of the requests',
                series: [
                  ...requests([
                    [2, 0.02, m(120)],
                    [0.5, 0.08, m(40)]
                  ]),
                  released(115, 160)
                ],
                expect: `quiet ${m(125 + whole)}, fires ${m(126 + whole)}`
              }
            ]
          : []),
        {
          title: 'traffic that falls below the least: ten minutes forget it',
          series: [
            ...requests([
              [limits.releaseTraffic * 5, 0.01, m(120)],
              [limits.releaseTraffic * 5, 0.5, m(20)],
              [limits.releaseTraffic * 0.5, 0.5, m(30)]
            ]),
            released(120, 170)
          ],
          expect: 'fires 148m, quiet 149m'
        },
        {
          title: 'too little traffic to tell',
          series: [
            ...requests([
              [limits.releaseTraffic * 0.9, 0.01, m(120)],
              [limits.releaseTraffic * 0.9, 0.5, m(50)]
            ]),
            released(120, 170)
          ],
          expect: 'quiet 160m'
        },
        {
          title: 'just enough traffic',
          series: [
            ...requests([
              [limits.releaseTraffic * 1.1, 0.01, m(120)],
              [limits.releaseTraffic * 1.1, 0.5, m(50)]
            ]),
            released(120, 170)
          ],
          expect: 'fires 160m'
        },
        {
          title: 'no release: that is not this alert',
          series: requests([
            [1, least, m(120)],
            [1, 0.5, m(50)]
          ]),
          expect: 'quiet 160m'
        },
        {
          title: 'a release of long ago',
          series: [
            ...requests([
              [1, least, m(120)],
              [1, 0.5, m(60)]
            ]),
            released(50, 180)
          ],
          expect: 'quiet 140m'
        },
        {
          title: 'a release of three quarters of an hour ago',
          series: [
            ...requests([
              [1, least, m(120)],
              [1, 0.5, m(60)]
            ]),
            released(85, 180)
          ],
          expect: 'fires 130m, fires 144m, quiet 145m'
        }
      ]
    },
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
