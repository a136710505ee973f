// The telemetry itself: what it loses, what stands still, what grows too wide.
import type { Model } from '../config/model.js'
import { around } from './around.js'
import { BY, grewOrBorn, rateOf } from './expr.js'
import { kit, m } from './kit.js'
import type { Alert } from './types.js'

const AT = { instance: 'a:9464' }

export function telemetryAlerts(model: Model): Alert[] {
  const { limits } = model
  const { counter, gauge } = kit(model)
  const traces = { signal: 'traces' }
  const lost = (name: string, signal: string, priority: Alert['priority'], what: string): Alert => ({
    name,
    sentence: `Within 10 minutes a process lost ${what}.`,
    priority,
    type: 'telemetry',
    expr: `${grewOrBorn(`rag_telemetry_dropped_total{signal="${signal}"}`, '10m', 'reason')} > 0`,
    summary: `{{ $labels.service }} loses ${what}: {{ $labels.reason }}`,
    impact: `{{ $value | humanize }} ${what} of ten minutes are gone for good.`,
    dashboard: 'telemetry',
    runbook: {
      causes: [
        '`queue_full`: the exit is slower than the service',
        '`backend` or `destination`: the receiver or the disk refuses',
        '`invalid`, `rejected`: a fault of the record'
      ],
      look: ['sum by (service, signal, reason) (rate(rag_telemetry_dropped_total[10m]))', 'rag_telemetry_queued'],
      act: ['Help the receiver or the disk by the reason; sample less if it is too slow for good.']
    },
    tests: [
      {
        title: 'some for a minute',
        series: [
          counter(
            'rag_telemetry_dropped_total',
            [
              [0, m(30)],
              [1 / 60, m(1)],
              [0, m(40)]
            ],
            { signal, reason: 'backend' }
          )
        ],
        expect: 'quiet 29m, fires 32m, fires 38m, quiet 43m',
        labels: { reason: 'backend' }
      },
      {
        title: 'the first ever, in a counter born with it',
        series: [
          gauge(
            'rag_telemetry_dropped_total',
            [
              [null, m(20)],
              [1, m(40)]
            ],
            { signal, reason: 'queue_full' }
          )
        ],
        expect: 'quiet 19m, fires 21m, fires 28m, quiet 32m',
        labels: { reason: 'queue_full' }
      },
      {
        title: 'another signal, or long ago',
        series: [
          counter('rag_telemetry_dropped_total', [[1, m(60)]], { signal: signal === 'logs' ? 'metrics' : 'logs', reason: 'backend' }),
          gauge('rag_telemetry_dropped_total', [[9, m(60)]], { signal, reason: 'shutdown' })
        ],
        expect: 'quiet 40m'
      }
    ]
  })
  return [
    lost('LogsLost', 'logs', 'P2', 'log lines'),
    lost('TracesLost', 'traces', 'P3', 'spans'),
    {
      name: 'TelemetryStuck',
      sentence: 'For 10 minutes records wait for their exit and none left within 10 minutes.',
      priority: 'P2',
      type: 'telemetry',
      expr: `sum by (${BY}, signal) (rag_telemetry_queued) > 0 unless on (${BY}, signal) (${rateOf('rag_telemetry_exported_total', '10m', 'signal')} > 0)`,
      for: '10m',
      summary: 'The {{ $labels.signal }} of {{ $labels.service }} no longer leave',
      impact: '{{ $value | humanize }} records wait; when the queue is full they are lost.',
      dashboard: 'telemetry',
      runbook: {
        causes: ['the collector is down', 'its address or credentials changed'],
        look: ['rag_telemetry_queued', 'sum by (service, signal) (rate(rag_telemetry_exported_total[10m]))'],
        act: ['Bring the receiver back; the queue empties by itself.']
      },
      tests: [
        {
          title: 'they stop leaving, then leave again',
          series: [
            gauge('rag_telemetry_queued', [[1, m(90)]], traces),
            counter(
              'rag_telemetry_exported_total',
              [
                [1, m(20)],
                [0, m(40)],
                [1, m(30)]
              ],
              traces
            )
          ],
          expect: 'quiet 28m, quiet 38m, fires 42m, fires 59m, quiet 63m',
          labels: traces
        },
        {
          title: 'nothing waits',
          series: [gauge('rag_telemetry_queued', [[0, m(60)]], traces), counter('rag_telemetry_exported_total', [[0, m(60)]], traces)],
          expect: 'quiet 50m'
        },
        {
          title: 'they leave slowly',
          series: [gauge('rag_telemetry_queued', [[50, m(60)]], traces), counter('rag_telemetry_exported_total', [[0.01, m(60)]], traces)],
          expect: 'quiet 50m'
        }
      ]
    },
    {
      name: 'CollectorStale',
      sentence: `A collector has not succeeded for more than ${limits.collectorAgeSeconds} s, or never did, for 5 minutes.`,
      priority: 'P3',
      type: 'telemetry',
      expr: `time() - max by (${BY}, collector) (rag_collector_last_success_timestamp_seconds) > ${limits.collectorAgeSeconds}`,
      for: '5m',
      summary: 'The collector {{ $labels.collector }} of {{ $labels.service }} fails',
      impact: 'Its figures are {{ $value | humanizeDuration }} old: alerts on them are blind.',
      dashboard: 'telemetry',
      runbook: {
        causes: ['the store is down', 'its user may not read the statistics'],
        look: ['sum by (collector) (increase(rag_collector_failures_total[15m]))'],
        act: ['Look for the warning of the collector in the log.']
      },
      tests: [
        {
          title: 'too old, then fresh',
          series: [
            gauge(
              'rag_collector_last_success_timestamp_seconds',
              [
                [60, m(40)],
                [2400, m(10)]
              ],
              { collector: 'pg' }
            )
          ],
          expect: `quiet ${m(limits.collectorAgeSeconds / 60 + 6)}, fires ${m(limits.collectorAgeSeconds / 60 + 7)}, fires 39m, quiet 41m`,
          labels: { collector: 'pg' }
        },
        {
          title: 'never',
          series: [gauge('rag_collector_last_success_timestamp_seconds', [[0, m(40)]], { collector: 'pg' })],
          expect: `quiet ${m(limits.collectorAgeSeconds / 60 - 1)}, fires 39m`,
          labels: { collector: 'pg' }
        },
        {
          title: 'fresh enough',
          series: [
            gauge(
              'rag_collector_last_success_timestamp_seconds',
              [
                [60, m(10)],
                [600, m(10)],
                [1200, m(10)]
              ],
              { collector: 'pg' }
            )
          ],
          expect: 'quiet 19m, quiet 29m'
        }
      ]
    },
    {
      name: 'ScrapeSlow',
      sentence: `Scrapes of an instance take more than ${limits.scrapeSeconds} s for 10 minutes.`,
      priority: 'P3',
      type: 'telemetry',
      expr: `scrape_duration_seconds{service!=""} > ${limits.scrapeSeconds}`,
      for: '10m',
      summary: '{{ $labels.service }} answers scrapes slowly',
      impact: 'A scrape takes {{ $value | humanizeDuration }}; past its time-out all figures are missing.',
      dashboard: 'telemetry',
      runbook: {
        causes: ['too many series', 'a blocked event loop'],
        look: ['scrape_samples_scraped', 'rag_metrics_series', 'rag_metrics_scrape_duration_seconds'],
        act: ['See SeriesNearLimit and EventLoopBlocked.']
      },
      tests: around({
        limit: limits.scrapeSeconds,
        hold: '10m',
        labels: AT,
        series: (phases) => [gauge('scrape_duration_seconds', phases)]
      })
    }
  ]
}
