// Metrics that grow too wide or measure wrongly.
import type { Model } from '../config/model.js'
import { around } from './around.js'
import { grewOrBorn } from './expr.js'
import { kit, m } from './kit.js'
import type { Alert } from './types.js'

const AT = { instance: 'a:9464' }

export function cardinalityAlerts(model: Model): Alert[] {
  const { limits } = model
  const { counter, gauge } = kit(model)
  return [
    {
      name: 'SeriesNearLimit',
      sentence: `A process holds more than ${limits.seriesBudget} label sets for 10 minutes.`,
      priority: 'P3',
      type: 'telemetry',
      expr: `rag_metrics_series{service!=""} > ${limits.seriesBudget}`,
      for: '10m',
      summary: '{{ $labels.service }} holds too many label sets',
      impact: '{{ $value | humanize }} label sets; beyond the limit new ones fall into `__other__`.',
      dashboard: 'telemetry',
      runbook: {
        causes: ['a label takes ids or raw paths'],
        look: ['topk(10, count by (__name__) ({service!=""}))'],
        act: ['Find the metric with most series and give its label a bound.']
      },
      tests: around({ limit: limits.seriesBudget, hold: '10m', labels: AT, series: (phases) => [gauge('rag_metrics_series', phases)] })
    },
    {
      name: 'CardinalityOverflow',
      sentence: 'Within 15 minutes a metric was asked for more label sets than its bound allows.',
      priority: 'P3',
      type: 'telemetry',
      expr: `${grewOrBorn('rag_metrics_overflow_total', '15m', 'metric')} > 0`,
      summary: 'A label of {{ $labels.metric }} has no end',
      impact: '{{ $value | humanize }} values went into `__other__` and cannot be told apart.',
      dashboard: 'telemetry',
      runbook: {
        causes: ['a label takes ids or raw paths'],
        look: ['sum by (service, metric) (rate(rag_metrics_overflow_total[15m]))'],
        act: ['Find the label; use the pattern instead of the value.']
      },
      tests: [
        {
          title: 'for a minute',
          series: [
            counter(
              'rag_metrics_overflow_total',
              [
                [0, m(30)],
                [1 / 60, m(1)],
                [0, m(40)]
              ],
              { metric: 'x' }
            )
          ],
          expect: 'quiet 29m, fires 32m, fires 43m, quiet 49m',
          labels: { metric: 'x' }
        },
        {
          title: 'the first ever, in a counter born with it',
          series: [
            gauge(
              'rag_metrics_overflow_total',
              [
                [null, m(20)],
                [1, m(40)]
              ],
              { metric: 'x' }
            )
          ],
          expect: 'quiet 19m, fires 21m, fires 33m, quiet 37m',
          labels: { metric: 'x' }
        },
        { title: 'long ago', series: [gauge('rag_metrics_overflow_total', [[5, m(60)]], { metric: 'x' })], expect: 'quiet 40m' }
      ]
    },
    {
      name: 'MetricsInvalid',
      sentence: 'Within 15 minutes a metric was given a value that it cannot take.',
      priority: 'P4',
      type: 'telemetry',
      expr: `${grewOrBorn('rag_metrics_invalid_total', '15m', 'reason')} > 0`,
      summary: '{{ $labels.service }} measures wrongly: {{ $labels.reason }}',
      impact: '{{ $value | humanize }} values are missing from a metric.',
      dashboard: 'telemetry',
      runbook: {
        causes: ['NaN from a division', 'a negative increment', 'a label that the metric does not have'],
        look: ['sum by (service, reason) (rate(rag_metrics_invalid_total[15m]))'],
        act: ['Find the call; the warning in the log names the metric.']
      },
      tests: [
        {
          title: 'for a minute',
          series: [
            counter(
              'rag_metrics_invalid_total',
              [
                [0, m(30)],
                [1 / 60, m(1)],
                [0, m(40)]
              ],
              { reason: 'value' }
            )
          ],
          expect: 'quiet 29m, fires 32m, fires 43m, quiet 49m',
          labels: { reason: 'value' }
        },
        {
          title: 'the first ever, in a counter born with it',
          series: [
            gauge(
              'rag_metrics_invalid_total',
              [
                [null, m(20)],
                [1, m(40)]
              ],
              { reason: 'value' }
            )
          ],
          expect: 'quiet 19m, fires 21m, fires 33m, quiet 37m',
          labels: { reason: 'value' }
        },
        { title: 'long ago', series: [gauge('rag_metrics_invalid_total', [[5, m(60)]], { reason: 'value' })], expect: 'quiet 40m' }
      ]
    }
  ]
}
