// Releases: is the new version worse than the old one.
import type { Model } from '../config/model.js'
import { BY, ON, rateOf } from './expr.js'
import { kit, m } from './kit.js'
import { requestsOf } from './traffic.js'
import type { Alert } from './types.js'

const REQUESTS = 'rag_http_server_requests_total'
const RELEASE = 'rag_release_timestamp_seconds'

export function deployAlerts(model: Model): Alert[] {
  const { limits } = model
  const { gauge } = kit(model)
  const requests = requestsOf(model)
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
    }
  ]
}
