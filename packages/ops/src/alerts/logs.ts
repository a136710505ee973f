// What the logs say, as counters.
import type { Model } from '../config/model.js'
import { grewOrBorn } from './expr.js'
import { kit, m } from './kit.js'
import type { Alert, Scenario } from './types.js'

export function logAlerts(model: Model): Alert[] {
  const { limits } = model
  const { counter, gauge } = kit(model)
  const error = (phases: Parameters<typeof counter>[1]) => [counter('rag_log_events_total', phases, { level: 'error' })]
  const masked = (phases: Parameters<typeof counter>[1]) => [counter('rag_masked_total', phases, { rule: 'key' })]
  /** Scenarios of "so many times the day before, and at least so much". */
  const spike = (series: typeof error, times: number, minimum: number): Scenario[] => {
    const usual = (minimum / times) * 2
    return [
      {
        title: 'a tenth above its multiple, then as usual',
        step: '5m',
        series: series([
          [usual, '25h'],
          [usual * times * 1.25, m(90)],
          [usual, '1h']
        ]),
        expect: 'quiet 24h55m, fires 25h50m, fires 26h25m, quiet 27h'
      },
      {
        title: 'from one moment to the next',
        step: '1m',
        series: series([
          [usual, '5h'],
          [usual * times * 2, m(60)]
        ]),
        expect: 'quiet 5h11m, fires 5h12m'
      },
      {
        title: 'much at once and less since: an hour later it is part of the day before',
        step: '5m',
        series: series([
          [usual, '25h'],
          [usual * times * 100, m(30)],
          [usual * times * 1.25, m(70)]
        ]),
        expect: 'fires 25h50m, quiet 26h20m'
      },
      {
        title: 'a fifth below its multiple',
        step: '5m',
        series: series([
          [usual, '25h'],
          [usual * times * 0.8, '1h']
        ]),
        expect: 'quiet 25h55m'
      },
      {
        title: 'many times nearly nothing',
        step: '5m',
        series: series([
          [minimum / times / 4, '25h'],
          [minimum * 0.9, '1h']
        ]),
        expect: 'quiet 25h55m'
      },
      {
        title: 'many times nearly nothing, and enough of it',
        step: '5m',
        series: series([
          [minimum / times / 4, '25h'],
          [minimum * 1.1, '1h']
        ]),
        expect: 'fires 25h55m'
      },
      ...(
        [
          ['twelve hours are not a day', 10, 'quiet'],
          ['two days are not a day', 16.4, 'fires']
        ] as const
      ).map(([title, now, state]) => ({
        // The day before the hour before holds 11.5 hours at five times the usual and 12.5 hours as usual: 2.9 times, as a mean.
        title: `five times the usual until half a day ago: ${title}`,
        step: '5m',
        series: series([
          [usual * 5, '24h'],
          [usual, '13h'],
          [(usual * now * times) / 5, '1h']
        ]),
        expect: `quiet 36h55m, ${state} 37h30m`
      })),
      {
        title: 'high for more than a day is usual',
        step: '5m',
        series: series([
          [usual, '6h'],
          [usual * times * 1.5, '40h']
        ]),
        expect: 'fires 7h, quiet 45h'
      }
    ]
  }
  const over = (record: string, times: number, minimum: number) =>
    `${record} > ${times} * avg_over_time(${record}[1d] offset 1h) and ${record} > ${minimum}`
  return [
    {
      name: 'FatalLogged',
      sentence: 'A process wrote a FATAL line within 10 minutes.',
      priority: 'P0',
      type: 'availability',
      expr: `${grewOrBorn('rag_log_events_total{level="fatal"}', '10m')} > 0`,
      summary: '{{ $labels.service }} wrote a FATAL line',
      impact: '{{ $value | humanize }} FATAL lines: a process ended or is about to.',
      dashboard: 'overview',
      runbook: {
        causes: ['the process cannot go on: configuration, memory, a dependency at start'],
        look: ['increase(rag_log_events_total{level="fatal"}[30m])', 'changes(process_start_time_seconds[30m])'],
        act: [
          'Read the line; it names the cause.',
          'A process that ends before it is scraped takes its counter along: the log alert of the shipper and RestartLoop cover that.'
        ]
      },
      tests: [
        {
          title: 'one after half an hour',
          series: [
            counter(
              'rag_log_events_total',
              [
                [0, m(30)],
                [1 / 60, m(1)],
                [0, m(40)]
              ],
              { level: 'fatal' }
            )
          ],
          expect: 'quiet 29m, fires 32m, fires 38m, quiet 43m'
        },
        {
          title: 'the first ever, in a counter born with it',
          series: [
            gauge(
              'rag_log_events_total',
              [
                [null, m(20)],
                [1, m(40)]
              ],
              { level: 'fatal' }
            )
          ],
          expect: 'quiet 19m, fires 21m, fires 28m, quiet 32m'
        },
        { title: 'an error is no fatal line', series: error([[0.1, m(30)]]), expect: 'quiet 20m' },
        { title: 'one, long ago', series: [gauge('rag_log_events_total', [[1, m(60)]], { level: 'fatal' })], expect: 'quiet 40m' }
      ]
    },
    {
      name: 'NewErrorFingerprint',
      sentence: 'Within 10 minutes an error was logged whose pattern the process had not seen before; the first error ever counts.',
      priority: 'P3',
      type: 'quality',
      expr: `${grewOrBorn('rag_log_fingerprints_total', '10m')} > 0`,
      summary: 'A new kind of error in {{ $labels.service }}',
      impact: '{{ $value | humanize }} new patterns within ten minutes.',
      dashboard: 'overview',
      runbook: {
        causes: ['a release', 'an input nobody thought of'],
        look: ['increase(rag_log_fingerprints_total[10m])', 'sum by (level) (rate(rag_log_events_total[10m]))'],
        act: ['Search the logs for error lines of the last ten minutes, newest fingerprint first.']
      },
      tests: [
        {
          title: 'the first error ever',
          series: [
            counter('rag_log_fingerprints_total', [
              [0, m(30)],
              [1 / 60, m(1)],
              [0, m(40)]
            ])
          ],
          expect: 'quiet 29m, fires 32m, fires 38m, quiet 43m'
        },
        {
          title: 'in a process that was not scraped before it',
          series: [
            gauge('rag_log_fingerprints_total', [
              [null, m(20)],
              [1, m(40)]
            ])
          ],
          expect: 'quiet 19m, fires 21m, fires 28m, quiet 32m'
        },
        { title: 'known errors only', series: [gauge('rag_log_fingerprints_total', [[12, m(60)]])], expect: 'quiet 40m' }
      ]
    },
    {
      name: 'ErrorLogRate',
      sentence: `Over 15 minutes error lines came ${limits.errorLogRate} times as often as over the day before, and more than ${limits.errorLogMinimum} a second, for 5 minutes.`,
      priority: 'P2',
      type: 'quality',
      expr: over('service:rag_log_errors:rate15m', limits.errorLogRate, limits.errorLogMinimum),
      for: '5m',
      summary: '{{ $labels.service }} logs many more errors than usual',
      impact: '{{ $value | humanize }} error lines a second.',
      dashboard: 'overview',
      runbook: {
        causes: ['a dependency fails', 'a release'],
        look: ['sum by (service, level) (rate(rag_log_events_total[15m]))'],
        act: ['Group the error lines by fingerprint; the largest group is the cause.']
      },
      tests: spike(error, limits.errorLogRate, limits.errorLogMinimum)
    },
    {
      name: 'MaskingSpike',
      sentence: `Over 15 minutes secrets were masked ${limits.maskingSpike} times as often as over the day before, and more than ${limits.maskingMinimum} a second, for 5 minutes.`,
      priority: 'P2',
      type: 'security',
      expr: over('service:rag_masked:rate15m', limits.maskingSpike, limits.maskingMinimum),
      for: '5m',
      summary: '{{ $labels.service }} suddenly writes secrets',
      impact: '{{ $value | humanize }} secrets a second reach the masker; they were caught, but should not get there.',
      dashboard: 'telemetry',
      runbook: {
        causes: ['a release logs whole requests or configurations', 'a client sends secrets in URLs'],
        look: ['sum by (service, rule) (rate(rag_masked_total[15m]))'],
        act: ['Find the line by its rule; take the field out of it.']
      },
      tests: spike(masked, limits.maskingSpike, limits.maskingMinimum)
    }
  ]
}
