// PostgreSQL and the pools in front of it: slow queries, connections, replicas, archives, deadlocks.
import type { Model } from '../config/model.js'
import { around, wholeFalls } from './around.js'
import { grewOrBorn, rateOf } from './expr.js'
import { kit, m, type Phase } from './kit.js'
import { level } from './level.js'
import type { Alert } from './types.js'

const AT = { instance: 'a:9464' }

export function postgresAlerts(model: Model): Alert[] {
  const { limits } = model
  const { counter, gauge } = kit(model)
  const store = (name: string) => ({ store: name })
  const pg = { ...AT, ...store('main') }
  const rising = (metric: string, labels: Record<string, string>) => (phases: readonly Phase[]) => [counter(metric, phases, labels)]
  return [
    {
      name: 'SlowQueries',
      sentence: `Within 10 minutes more than ${limits.slowQueries} of the calls of a service to a data store were slow, for 10 minutes.`,
      priority: 'P2',
      type: 'latency',
      expr: `${rateOf('rag_db_slow_operations_total', '10m', 'db_system_name')} / (${rateOf('db_client_operation_duration_seconds_count', '10m', 'db_system_name')} > 0) > ${limits.slowQueries}`,
      for: '10m',
      summary: 'Queries of {{ $labels.service }} to {{ $labels.db_system_name }} are slow',
      impact: '{{ $value | humanizePercentage }} of the calls take longer than the threshold for slow ones.',
      dashboard: 'data',
      runbook: {
        causes: ['an index is missing or no longer used', 'the table grew', 'a lock'],
        look: [
          'sum by (service, db_operation_name) (rate(rag_db_slow_operations_total[10m]))',
          'rate(rag_pg_table_sequential_scans_total[10m])'
        ],
        act: ['Take the statement from the slow-query log line and EXPLAIN it.']
      },
      tests: [
        {
          title: 'a tenth above, then quick',
          series: [
            counter('db_client_operation_duration_seconds_count', [[10, m(80)]], { db_system_name: 'postgresql' }),
            counter(
              'rag_db_slow_operations_total',
              [
                [10 * limits.slowQueries * 1.1, m(40)],
                [0, m(40)]
              ],
              { db_system_name: 'postgresql' }
            )
          ],
          expect: 'quiet 9m, fires 12m, fires 39m, quiet 47m',
          labels: { db_system_name: 'postgresql' }
        },
        {
          title: 'quick, then twice the share: half of the window is enough',
          series: [
            counter('db_client_operation_duration_seconds_count', [[10, m(90)]], { db_system_name: 'postgresql' }),
            counter(
              'rag_db_slow_operations_total',
              [
                [0, m(40)],
                [10 * limits.slowQueries * 2, m(40)]
              ],
              { db_system_name: 'postgresql' }
            )
          ],
          expect: 'quiet 54m, fires 57m',
          labels: { db_system_name: 'postgresql' }
        },
        {
          title: 'a tenth below',
          series: [
            counter('db_client_operation_duration_seconds_count', [[10, m(40)]], { db_system_name: 'postgresql' }),
            counter('rag_db_slow_operations_total', [[10 * limits.slowQueries * 0.9, m(40)]], { db_system_name: 'postgresql' })
          ],
          expect: 'quiet 39m'
        },
        wholeFalls({
          limit: limits.slowQueries,
          window: '10m',
          hold: '10m',
          labels: { db_system_name: 'postgresql' },
          series: (phases) => [
            counter(
              'db_client_operation_duration_seconds_count',
              phases.map(([whole, , length]): Phase => [whole, length]),
              { db_system_name: 'postgresql' }
            ),
            counter(
              'rag_db_slow_operations_total',
              phases.map(([, part, length]): Phase => [part, length]),
              { db_system_name: 'postgresql' }
            )
          ]
        })
      ]
    },
    level(
      model,
      'PoolExhausted',
      'P2',
      'saturation',
      `Callers wait for a connection of a pool (saturation above ${limits.poolSaturation}) for 5 minutes.`,
      {
        metric: 'rag_db_pool_saturation_ratio',
        limit: limits.poolSaturation,
        hold: '5m',
        labels: { db_client_connection_pool_name: 'main' },
        summary: 'The pool {{ $labels.db_client_connection_pool_name }} of {{ $labels.service }} is exhausted',
        impact: 'Demand is {{ $value | humanize }} times the pool; every query beyond it waits.',
        causes: ['slow queries hold connections', 'a transaction that is never closed', 'more traffic than the pool was made for'],
        look: ['db_client_connection_pending_requests', 'rag_pg_connections{state="idle_in_transaction"}'],
        act: ['Look for slow queries first: a larger pool moves the queue into the database.']
      }
    ),
    level(model, 'ReplicaLag', 'P2', 'data', `A PostgreSQL replica is more than ${limits.replicaLagSeconds} s behind for 10 minutes.`, {
      metric: 'rag_pg_replication_lag_seconds',
      limit: limits.replicaLagSeconds,
      hold: '10m',
      labels: store('main'),
      summary: 'A replica of {{ $labels.store }} is behind',
      impact: 'Reads from it are {{ $value | humanizeDuration }} old, and as much is lost if the primary dies.',
      causes: ['a long transaction on the replica', 'more writes than it can replay', 'the network'],
      look: ['rag_pg_replication_lag_bytes'],
      act: ['End long queries on the replica; take it out of reads until it has caught up.']
    }),
    level(
      model,
      'WalArchiveLag',
      'P1',
      'data',
      `The last WAL file was archived more than ${limits.archiveAgeSeconds} s ago, for 5 minutes.`,
      {
        metric: 'rag_pg_archive_age_seconds',
        limit: limits.archiveAgeSeconds,
        hold: '5m',
        labels: store('main'),
        summary: 'The WAL archive of {{ $labels.store }} stands still',
        impact: 'A restore to a point in time would lose {{ $value | humanizeDuration }} of data, and the disk fills.',
        causes: ['the archive command fails', 'the archive is full', 'no writes: then archive_timeout is not set'],
        look: ['rate(rag_pg_archive_failures_total[15m])', 'rate(rag_pg_archived_files_total[15m])'],
        act: ['Read the server log for the archive command and repair it; files wait on the primary meanwhile.']
      }
    ),
    {
      name: 'Deadlocks',
      sentence: `PostgreSQL ended more than ${limits.deadlocks} deadlocks within 15 minutes.`,
      priority: 'P3',
      type: 'data',
      expr: `${grewOrBorn('rag_pg_deadlocks_total', '15m', 'store')} > ${limits.deadlocks}`,
      summary: 'Deadlocks in {{ $labels.store }}',
      impact: '{{ $value | humanize }} transactions were thrown away.',
      dashboard: 'data',
      runbook: {
        causes: ['transactions that lock rows in different orders'],
        look: ['rate(rag_pg_deadlocks_total[15m])'],
        act: ['The server log names both statements; give them one order.']
      },
      tests: [
        {
          title: 'one after an hour, then none',
          series: rising(
            'rag_pg_deadlocks_total',
            store('main')
          )([
            [0, m(60)],
            [1 / 60, m(1)],
            [0, m(40)]
          ]),
          expect: 'quiet 59m, fires 62m, fires 72m, quiet 80m',
          labels: store('main')
        },
        {
          title: 'the first ever, in a counter born with it',
          series: [
            gauge(
              'rag_pg_deadlocks_total',
              [
                [null, m(20)],
                [1, m(40)]
              ],
              store('main')
            )
          ],
          expect: 'quiet 19m, fires 21m, fires 33m, quiet 37m',
          labels: store('main')
        },
        { title: 'many, but long ago', series: [gauge('rag_pg_deadlocks_total', [[40, m(60)]], store('main'))], expect: 'quiet 40m' }
      ]
    },
    {
      name: 'ConnectionsNearLimit',
      sentence: `More than ${limits.connectionsUsed} of the connections that PostgreSQL allows are in use for 10 minutes.`,
      priority: 'P2',
      type: 'saturation',
      expr: `sum by (service, environment, instance, store) (rag_pg_connections) / sum by (service, environment, instance, store) (rag_pg_max_connections) > ${limits.connectionsUsed}`,
      for: '10m',
      summary: '{{ $labels.store }} runs out of connections',
      impact: '{{ $value | humanizePercentage }} of the connections are in use; the next burst is refused.',
      dashboard: 'data',
      runbook: {
        causes: ['pools of many replicas add up', 'idle transactions'],
        look: ['sum by (store, state) (rag_pg_connections)'],
        act: ['Lower the pools or put a pooler in front; end idle transactions.']
      },
      tests: around({
        limit: limits.connectionsUsed,
        above: Math.min(1, limits.connectionsUsed * 1.08),
        hold: '10m',
        labels: pg,
        series: (phases) => [
          gauge(
            'rag_pg_connections',
            phases.map(([value, length]) => [(value as number) * 60, length]),
            { ...store('main'), state: 'active' }
          ),
          gauge(
            'rag_pg_connections',
            phases.map(([value, length]) => [(value as number) * 40, length]),
            { ...store('main'), state: 'idle' }
          ),
          gauge(
            'rag_pg_max_connections',
            phases.map(([, length]) => [100, length]),
            store('main')
          )
        ]
      })
    }
  ]
}
