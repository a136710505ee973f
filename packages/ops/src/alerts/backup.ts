// Backups and drills: what a restore would lose and how long it would take.
import type { Model } from '../config/model.js'
import { kit, m } from './kit.js'
import type { Alert } from './types.js'

const SUCCESS = 'rag_job_last_success_timestamp_seconds'

/** Only for jobs that ops.config.ts names, beside the job's own maximal age. */
export function backupAlerts(model: Model): Alert[] {
  const { limits } = model
  const { gauge } = kit(model)
  const plan = model.backups[0] ?? {
    job: 'backup',
    drill: 'restore-drill-backup',
    rpoSeconds: 93_600,
    rtoSeconds: 3600,
    drillEverySeconds: 7_776_000
  }
  const job = { job_name: plan.job }
  const drill = { job_name: plan.drill }
  const newest = (metric: string) => `max by (job_name) (${metric})`
  const seconds = (value: number) => `${Math.round(value / 600) * 10}m`
  const generic = { job_name: 'reindex' }
  if (model.backups.length === 0) return []
  const late = plan.rpoSeconds
  return [
    {
      name: 'BackupStale',
      alone: true,
      sentence: 'The last good backup is older than the RPO of ops.config.ts.',
      priority: 'P1',
      type: 'data',
      expr: `time() - (${newest(SUCCESS)} > 0) > on (job_name) job:rag_backup_rpo:seconds`,
      summary: 'The backup {{ $labels.job_name }} is stale',
      impact: 'A disaster now would lose {{ $value | humanizeDuration }} of data, more than was agreed.',
      dashboard: 'data',
      runbook: {
        causes: ['the job fails or does not start', 'the target is full'],
        look: [SUCCESS, 'sum by (job_name, outcome) (increase(rag_job_runs_total[1d]))'],
        act: ['Run the backup now, then find out why it did not.']
      },
      tests: [
        {
          title: 'older than the RPO, then it runs',
          step: '5m',
          series: [
            gauge(
              SUCCESS,
              [
                [600, seconds(late * 1.2)],
                [late * 1.2, '2h']
              ],
              job
            )
          ],
          expect: `quiet ${seconds(late)}, fires ${m(Math.floor((late + 600) / 300) * 5 + 5)}, quiet ${seconds(late * 1.2 + 1200)}`,
          labels: { ...job, service: '', environment: '' }
        },
        {
          title: 'younger than the RPO',
          step: '10m',
          series: [gauge(SUCCESS, [[600, seconds(late)]], job)],
          expect: `quiet ${seconds(late * 0.95)}`
        },
        {
          title: 'another job may be older',
          step: '10m',
          series: [gauge(SUCCESS, [[600, seconds(late * 1.5)]], generic)],
          expect: `quiet ${seconds(late * 1.4)}`
        }
      ]
    },
    {
      name: 'BackupNeverRan',
      alone: true,
      sentence: 'A backup that ops.config.ts names has no success at all: it reports 0, or nothing reports it; for 1 hour.',
      priority: 'P1',
      type: 'data',
      expr: `job:rag_backup_rpo:seconds unless on (job_name) (${newest(SUCCESS)} > 0)`,
      for: '1h',
      summary: 'The backup {{ $labels.job_name }} never ran',
      impact: 'There is no backup; the agreed RPO is {{ $value | humanizeDuration }}.',
      dashboard: 'data',
      runbook: {
        causes: ['nothing starts it', 'its name differs from ops.config.ts'],
        look: [SUCCESS],
        act: ['Run it now; compare its name with ops.config.ts.']
      },
      tests: [
        {
          title: 'reports 0, then runs',
          step: '5m',
          series: [
            gauge(
              SUCCESS,
              [
                [0, m(90)],
                [5400, m(60)]
              ],
              job
            )
          ],
          expect: 'quiet 55m, fires 60m, fires 85m, quiet 95m',
          labels: { ...job, service: '', environment: '' }
        },
        {
          title: 'nobody reports it',
          step: '5m',
          series: [],
          expect: 'quiet 55m, fires 60m',
          labels: { ...job, service: '', environment: '' }
        },
        { title: 'it ran', step: '5m', series: [gauge(SUCCESS, [[60, m(120)]], job)], expect: 'quiet 100m' }
      ]
    },
    {
      name: 'BackupShrunk',
      alone: true,
      sentence: `The newest backup is smaller than ${limits.backupShrunk} of the largest of the last 7 days.`,
      priority: 'P1',
      type: 'data',
      expr: `${newest('rag_job_size_bytes')} < on (job_name) ${limits.backupShrunk} * max by (job_name) (max_over_time(rag_job_size_bytes[7d])) and on (job_name) job:rag_backup_rpo:seconds`,
      summary: 'The backup {{ $labels.job_name }} shrank',
      impact: 'It holds {{ $value | humanize1024 }}B, less than half of what it held within the week.',
      dashboard: 'data',
      runbook: {
        causes: ['a filter or a table is missing', 'the source lost its data'],
        look: ['rag_job_size_bytes'],
        act: ['Keep the older backups. Compare tables with the source before the next one overwrites them.']
      },
      tests: [
        {
          title: 'a tenth too small, then whole again',
          step: '1h',
          series: [
            gauge(
              'rag_job_size_bytes',
              [
                [1e9, '3d'],
                [1e9 * limits.backupShrunk * 0.9, '1d'],
                [1e9, '1d']
              ],
              job
            )
          ],
          expect: 'quiet 71h, fires 73h, fires 95h, quiet 97h',
          labels: { ...job, service: '', environment: '' }
        },
        {
          title: 'a tenth above',
          step: '1h',
          series: [
            gauge(
              'rag_job_size_bytes',
              [
                [1e9, '3d'],
                [1e9 * limits.backupShrunk * 1.1, '1d']
              ],
              job
            )
          ],
          expect: 'quiet 90h'
        },
        {
          title: 'waits for nothing',
          step: '5m',
          series: [
            gauge(
              'rag_job_size_bytes',
              [
                [1e9, m(60)],
                [1e9 * limits.backupShrunk * 0.9, m(30)]
              ],
              job
            )
          ],
          expect: 'quiet 55m, fires 60m',
          labels: { ...job, service: '', environment: '' }
        },
        {
          title: 'small for more than a week',
          step: '1h',
          series: [
            gauge(
              'rag_job_size_bytes',
              [
                [1e9, '1d'],
                [1e8, '9d']
              ],
              job
            )
          ],
          expect: 'fires 150h, quiet 195h',
          labels: { ...job, service: '', environment: '' }
        },
        {
          title: 'another job',
          step: '1h',
          series: [
            gauge(
              'rag_job_size_bytes',
              [
                [1e9, '1d'],
                [1e8, '1d']
              ],
              generic
            )
          ],
          expect: 'quiet 40h'
        }
      ]
    },
    {
      name: 'RestoreDrillOverRto',
      alone: true,
      sentence: 'The last restore drill took longer than the RTO of ops.config.ts.',
      priority: 'P2',
      type: 'data',
      expr: `${newest('rag_job_duration_seconds')} > on (job_name) job:rag_backup_rto:seconds`,
      summary: 'A restore takes too long: {{ $labels.job_name }}',
      impact: 'The drill took {{ $value | humanizeDuration }}, longer than was agreed.',
      dashboard: 'data',
      runbook: {
        causes: ['the data grew', 'a slow disk or network'],
        look: ['rag_job_duration_seconds'],
        act: ['Make the restore faster, or agree on another RTO.']
      },
      tests: [
        {
          title: 'a tenth above, then quicker',
          series: [
            gauge(
              'rag_job_duration_seconds',
              [
                [plan.rtoSeconds * 1.1, m(20)],
                [plan.rtoSeconds * 0.5, m(10)]
              ],
              drill
            )
          ],
          expect: 'fires 1m, fires 19m, quiet 20m',
          labels: { ...drill, service: '', environment: '' }
        },
        {
          title: 'a tenth below',
          series: [gauge('rag_job_duration_seconds', [[plan.rtoSeconds * 0.9, m(20)]], drill)],
          expect: 'quiet 10m'
        }
      ]
    },
    {
      name: 'RestoreDrillOverdue',
      alone: true,
      sentence: 'No restore drill succeeded within the time that ops.config.ts gives, or none ever did; for 1 hour.',
      priority: 'P4',
      type: 'data',
      expr: `job:rag_backup_drill_every:seconds < on (job_name) time() - ${newest(SUCCESS)} or (job:rag_backup_drill_every:seconds unless on (job_name) ${newest(SUCCESS)})`,
      for: '1h',
      summary: 'The restore drill {{ $labels.job_name }} is overdue',
      impact: 'Nobody has proven for more than {{ $value | humanizeDuration }} that the backup can be restored.',
      dashboard: 'data',
      runbook: { causes: ['nobody ran it'], look: [SUCCESS], act: ['Run `rag-ops drill`.'] },
      tests: [
        {
          title: 'never drilled',
          step: '5m',
          series: [],
          expect: 'quiet 55m, fires 60m',
          labels: { ...drill, service: '', environment: '' }
        },
        { title: 'drilled recently', step: '5m', series: [gauge(SUCCESS, [[60, m(120)]], drill)], expect: 'quiet 100m' },
        {
          title: 'a fifth later than it should be, then drilled',
          step: '6h',
          series: [
            gauge(
              SUCCESS,
              [
                [0, `${(plan.drillEverySeconds * 1.2) / 3600}h`],
                [plan.drillEverySeconds * 1.2, '1d']
              ],
              drill
            )
          ],
          expect: `quiet ${`${(plan.drillEverySeconds * 0.95) / 3600}h`}, fires ${`${(plan.drillEverySeconds * 1.1) / 3600}h`}, quiet ${`${(plan.drillEverySeconds * 1.2) / 3600 + 12}h`}`,
          labels: { ...drill, service: '', environment: '' }
        }
      ]
    }
  ]
}
