// The audit log: broken, not verified, not written.
import type { Model } from '../config/model.js'
import { BY, grewOrBorn } from './expr.js'
import { kit, m } from './kit.js'
import type { Alert, Scenario } from './types.js'

const AT = { log: 'access' }

export function auditAlerts(model: Model): Alert[] {
  const { counter, gauge } = kit(model)
  /** A counter that grows once, is born above 0, or stands still. */
  const once = (metric: string, minutes: number): Scenario[] => [
    {
      title: 'one, after more than an hour of none',
      series: [
        counter(
          metric,
          [
            [0, m(90)],
            [1 / 60, m(1)],
            [0, m(minutes + 30)]
          ],
          AT
        )
      ],
      expect: `quiet 89m, fires 92m, fires ${m(88 + minutes)}, quiet ${m(95 + minutes)}`,
      labels: AT
    },
    {
      title: 'the first ever, in a counter born with it',
      series: [
        gauge(
          metric,
          [
            [null, m(20)],
            [1, m(minutes + 60)]
          ],
          AT
        )
      ],
      expect: `quiet 19m, fires 20m, fires ${m(15 + minutes)}, quiet ${m(25 + minutes)}`,
      labels: AT
    },
    { title: 'some, long ago', series: [gauge(metric, [[3, m(minutes + 60)]], AT)], expect: `quiet ${m(minutes + 50)}` }
  ]
  return [
    {
      name: 'AuditChainBroken',
      sentence: 'Within 1 hour a check found an audit log not as it was written.',
      priority: 'P0',
      type: 'security',
      expr: `${grewOrBorn('rag_audit_broken_total', '1h', 'log')} > 0`,
      summary: 'The audit log {{ $labels.log }} of {{ $labels.service }} is not intact',
      impact: '{{ $value | humanize }} checks failed: records were changed, removed or cannot be proven.',
      dashboard: 'telemetry',
      runbook: {
        causes: ['somebody changed or cut the file', 'a disk fault', 'the key or the anchor is another one'],
        look: ['sum by (service, log) (increase(rag_audit_broken_total[1d]))'],
        act: ['Copy the file before anything else. `rag-audit verify` names the first bad line.', 'Tell those who answer for security.']
      },
      tests: once('rag_audit_broken_total', 60)
    },
    {
      name: 'AuditWriteFailed',
      sentence: 'Within 10 minutes an audit record was refused because it could not be made durable.',
      priority: 'P1',
      type: 'security',
      expr: `${grewOrBorn('rag_audit_failures_total', '10m', 'log')} > 0`,
      summary: 'The audit log {{ $labels.log }} of {{ $labels.service }} cannot be written',
      impact: '{{ $value | humanize }} records were refused; what they would have allowed must not happen.',
      dashboard: 'telemetry',
      runbook: {
        causes: ['the disk is full or read-only', 'the file belongs to somebody else'],
        look: [
          'sum by (service, log) (increase(rag_audit_failures_total[1h]))',
          'sum by (service, log) (rate(rag_audit_records_total[5m]))'
        ],
        act: ['Make room or give the file back; callers were told of every refusal.']
      },
      tests: once('rag_audit_failures_total', 10)
    },
    {
      name: 'AuditVerifyStale',
      sentence: 'An audit log has not been found intact for 26 hours, or never, for 1 hour.',
      priority: 'P2',
      type: 'security',
      expr: `time() - max by (${BY}, log) (rag_audit_verified_timestamp_seconds) > 93600`,
      for: '1h',
      summary: 'Nobody verifies the audit log {{ $labels.log }} of {{ $labels.service }}',
      impact: 'A change would have gone unnoticed for {{ $value | humanizeDuration }}.',
      dashboard: 'telemetry',
      runbook: {
        causes: ['the verification is not started any more'],
        look: ['rag_audit_verified_timestamp_seconds'],
        act: ['Run the verification now.']
      },
      tests: [
        {
          title: 'verified 28 hours ago, then again',
          step: '30m',
          series: [
            gauge(
              'rag_audit_verified_timestamp_seconds',
              [
                [1800, '30h'],
                [108_000, '2h']
              ],
              AT
            )
          ],
          expect: 'quiet 26h30m, quiet 27h30m, fires 28h, fires 29h30m, quiet 30h30m',
          labels: AT
        },
        {
          title: 'verified within the day',
          step: '30m',
          series: [gauge('rag_audit_verified_timestamp_seconds', [[1800, '26h']], AT)],
          expect: 'quiet 25h'
        }
      ]
    }
  ]
}
