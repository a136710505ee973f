// What was down a moment ago: it tells nobody, and holds back those whose windows still remember the outage.
import type { Model } from '../config/model.js'
import { kit, m } from './kit.js'
import type { Alert } from './types.js'

/** How long the windows of those who suffered remember: the fast ones, and the short windows of the slow ones. */
export const REMEMBERED = ['6m', '35m'] as const

export function recentAlerts(model: Model): Alert[] {
  const { gauge } = kit(model)
  const causes = 'ALERTS{alertname=~"DependencyDown|ServiceDown", alertstate="firing"}'
  const within = (length: string) =>
    `label_replace(label_replace(max by (alertname, service, peer_service, environment) (max_over_time(${causes}[${length}])), "source_alert", "$1", "alertname", "(.+)"), "within", "${length}", "", "")`
  const labels = { service: '', peer_service: 'search', source_alert: 'DependencyDown' }
  const source = { alertname: 'DependencyDown', alertstate: 'firing', service: '', instance: '', peer_service: 'search' }
  return [
    {
      name: 'RecentCause',
      alone: true,
      sentence: `DependencyDown or ServiceDown fired within ${REMEMBERED.join(' or ')}.`,
      priority: 'P4',
      type: 'availability',
      expr: REMEMBERED.map(within).join(' or '),
      summary: '{{ $labels.source_alert }} was told a moment ago',
      impact: 'None: for {{ $labels.within }} after its end it holds back notices of those whose windows still hold the outage.',
      dashboard: 'graph',
      runbook: {
        causes: ['an outage that is over or still lasts'],
        look: ['ALERTS{alertname=~"DependencyDown|ServiceDown"}'],
        act: ['Nothing: it is routed to nobody.']
      },
      tests: REMEMBERED.map((length) => ({
        title: `for ${length} after the outage`,
        series: [
          gauge(
            'ALERTS',
            [
              [null, m(10)],
              [1, m(10)]
            ],
            source
          )
        ],
        expect: `quiet 9m, fires 10m, fires ${m(19 + Number.parseInt(length, 10))}`,
        labels: { ...labels, within: length }
      })).concat([
        {
          title: 'the outage is long over',
          series: [
            gauge(
              'ALERTS',
              [
                [null, m(10)],
                [1, m(10)]
              ],
              source
            )
          ],
          expect: 'fires 54m, quiet 55m',
          labels: { ...labels, within: '35m' }
        },
        {
          title: 'something else fires, or it is only pending',
          series: [
            gauge('ALERTS', [[1, m(30)]], { ...source, alertname: 'SlowQueries' }),
            gauge('ALERTS', [[1, m(30)]], { ...source, alertstate: 'pending' })
          ],
          expect: 'quiet 20m',
          labels: { ...labels, within: '35m' }
        }
      ])
    }
  ]
}
