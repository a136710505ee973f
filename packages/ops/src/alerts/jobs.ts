// Jobs and snapshots that are late or fail.
import type { Model } from '../config/model.js'
import { BY, grewOrBorn } from './expr.js'
import { kit, m } from './kit.js'
import type { Alert } from './types.js'

const SUCCESS = 'rag_job_last_success_timestamp_seconds'

export function jobAlerts(model: Model): Alert[] {
  const { counter, gauge } = kit(model)
  const generic = { job_name: 'reindex' }
  return [
    {
      name: 'JobOverdue',
      sentence: 'A job has not succeeded for longer than the maximal age that it declares, for 5 minutes.',
      priority: 'P2',
      type: 'data',
      expr: `time() - (max by (${BY}, job_name) (${SUCCESS}) > 0) > max by (${BY}, job_name) (rag_job_max_age_seconds > 0)`,
      for: '5m',
      summary: 'The job {{ $labels.job_name }} is overdue',
      impact: 'Its last success is {{ $value | humanizeDuration }} ago.',
      dashboard: 'data',
      runbook: {
        causes: ['it fails', 'nothing starts it'],
        look: ['sum by (job_name, outcome) (increase(rag_job_runs_total[1d]))'],
        act: ['Run it by hand and read its log.']
      },
      tests: [
        {
          title: 'older than it may be, then it runs',
          series: [
            gauge(
              SUCCESS,
              [
                [60, m(100)],
                [6000, m(20)]
              ],
              generic
            ),
            gauge('rag_job_max_age_seconds', [[3600, m(120)]], generic)
          ],
          expect: 'quiet 60m, quiet 65m, fires 68m, fires 99m, quiet 101m',
          labels: generic
        },
        {
          title: 'younger than it may be',
          series: [gauge(SUCCESS, [[60, m(70)]], generic), gauge('rag_job_max_age_seconds', [[7200, m(70)]], generic)],
          expect: 'quiet 69m'
        },
        {
          title: 'it never ran: that is not this alert',
          series: [gauge(SUCCESS, [[0, m(120)]], generic), gauge('rag_job_max_age_seconds', [[3600, m(120)]], generic)],
          expect: 'quiet 100m'
        }
      ]
    },
    {
      name: 'JobFailed',
      sentence: 'Within 1 hour a job failed or ran out of time, and has not succeeded since.',
      priority: 'P3',
      type: 'data',
      expr: `${grewOrBorn('rag_job_runs_total{outcome=~"error|timeout"}', '1h', 'job_name')} > 0 unless on (${BY}, job_name) (time() - ${SUCCESS} < 600)`,
      summary: 'The job {{ $labels.job_name }} failed',
      impact: '{{ $value | humanize }} failed runs within an hour.',
      dashboard: 'data',
      runbook: {
        causes: ['see the error line of the job'],
        look: ['sum by (job_name, outcome) (increase(rag_job_runs_total[1d]))'],
        act: ['Read the error line; run it again.']
      },
      tests: [
        {
          title: 'fails once',
          series: [
            counter(
              'rag_job_runs_total',
              [
                [0, m(90)],
                [1 / 60, m(1)],
                [0, m(90)]
              ],
              { ...generic, outcome: 'error' }
            )
          ],
          expect: 'quiet 89m, fires 92m, fires 148m, quiet 155m',
          labels: generic
        },
        {
          title: 'fails in its first run ever',
          series: [
            gauge(
              'rag_job_runs_total',
              [
                [null, m(20)],
                [1, m(120)]
              ],
              { ...generic, outcome: 'timeout' }
            )
          ],
          expect: 'quiet 19m, fires 21m, fires 75m, quiet 85m',
          labels: generic
        },
        {
          title: 'fails and succeeds at the second attempt',
          series: [
            counter(
              'rag_job_runs_total',
              [
                [0, m(90)],
                [1 / 60, m(1)],
                [0, m(90)]
              ],
              { ...generic, outcome: 'error' }
            ),
            gauge(
              SUCCESS,
              [
                [60, m(92)],
                [5520, m(80)]
              ],
              generic
            )
          ],
          expect: 'fires 91m, quiet 93m, quiet 101m, fires 103m',
          labels: generic
        },
        {
          title: 'succeeds',
          series: [counter('rag_job_runs_total', [[1 / 600, m(180)]], { ...generic, outcome: 'ok' })],
          expect: 'quiet 100m'
        }
      ]
    },
    {
      name: 'SnapshotStale',
      sentence: 'The last good snapshot of the search cluster is older than 26 hours, for 1 hour.',
      priority: 'P2',
      type: 'data',
      expr: `time() - (max by (${BY}, store) (rag_elasticsearch_snapshot_last_success_timestamp_seconds) > 0) > 93600`,
      for: '1h',
      summary: 'The snapshots of {{ $labels.store }} are stale',
      impact: 'A lost cluster would be {{ $value | humanizeDuration }} old after its restore.',
      dashboard: 'data',
      runbook: {
        causes: ['the snapshot policy fails', 'the repository is not reachable'],
        look: ['rag_elasticsearch_snapshot_failures'],
        act: ['GET _slm/policy says why the last one failed.']
      },
      tests: [
        {
          title: 'older than 26 hours, then a new one',
          step: '30m',
          series: [
            gauge(
              'rag_elasticsearch_snapshot_last_success_timestamp_seconds',
              [
                [1800, '30h'],
                [108_000, '2h']
              ],
              { store: 'search' }
            )
          ],
          expect: 'quiet 26h30m, quiet 27h30m, fires 28h, fires 29h30m, quiet 30h30m',
          labels: { store: 'search' }
        },
        {
          title: 'not that old',
          step: '30m',
          series: [gauge('rag_elasticsearch_snapshot_last_success_timestamp_seconds', [[1800, '26h']], { store: 'search' })],
          expect: 'quiet 25h'
        }
      ]
    }
  ]
}
