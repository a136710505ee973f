// Capacity: what is full within a month at the pace of a week.
import type { Model } from '../config/model.js'
import { BY } from './expr.js'
import { kit } from './kit.js'
import type { Alert } from './types.js'

export function capacityAlerts(model: Model): Alert[] {
  const { limits } = model
  const { gauge } = kit(model)
  const horizon = limits.capacityDays * 86_400
  const disk = { instance: 'n:9100', mountpoint: '/data' }
  const shrinking = (perDay: number, days: number, start = 5e11) => [
    {
      ...gauge('node_filesystem_avail_bytes', [], disk),
      samples: (step: number) => Array.from({ length: (days * 86_400) / step }, (_, index) => start - (perDay * index * step) / 86_400)
    }
  ]
  return [
    {
      name: 'CapacityDaysLeft',
      sentence: `At the pace of the last 7 days a file system is full within ${limits.capacityDays} days; so for 6 hours. (Figures of the node exporter.)`,
      priority: 'P4',
      type: 'saturation',
      expr: `(node_filesystem_avail_bytes / -(deriv(node_filesystem_avail_bytes[7d]) < 0)) / 86400 < ${limits.capacityDays}`,
      for: '6h',
      summary: '{{ $labels.mountpoint }} of {{ $labels.instance }} is full within a month',
      impact: '{{ $value | humanize }} days are left.',
      dashboard: 'capacity',
      runbook: {
        causes: ['growth'],
        look: ['predict_linear(node_filesystem_avail_bytes[7d], 30 * 86400)'],
        act: ['Plan space, shards or archiving; `rag-ops capacity` lists all forecasts.']
      },
      tests: [
        {
          title: 'a tenth within the horizon',
          step: '1h',
          series: shrinking(5e11 / (limits.capacityDays * 0.9), 4),
          expect: 'quiet 4h, fires 9h, fires 90h',
          labels: disk
        },
        { title: 'a fifth beyond it', step: '1h', series: shrinking(5e11 / (limits.capacityDays * 1.2), 3), expect: 'quiet 70h' },
        {
          title: 'freed again, after the week has passed',
          step: '1h',
          series: [
            gauge(
              'node_filesystem_avail_bytes',
              [
                [9e11, '3d'],
                [2e11, '10d']
              ],
              disk
            )
          ],
          expect: 'fires 90h, fires 230h, quiet 250h',
          labels: disk
        },
        { title: 'growing', step: '1h', series: shrinking(-1e10, 3), expect: 'quiet 70h' }
      ]
    },
    {
      name: 'DatabaseGrowth',
      sentence: `A database is larger than 1 GB and at the pace of the last 7 days doubles within ${limits.capacityDays} days; so for 6 hours.`,
      priority: 'P4',
      type: 'saturation',
      expr: `max by (${BY}, store) (predict_linear(rag_pg_database_size_bytes[7d], ${horizon})) > 2 * max by (${BY}, store) (rag_pg_database_size_bytes) and max by (${BY}, store) (rag_pg_database_size_bytes) > 1e9`,
      for: '6h',
      summary: 'The database {{ $labels.store }} doubles within a month',
      impact: 'It will hold {{ $value | humanize1024 }}B.',
      dashboard: 'capacity',
      runbook: {
        causes: ['new data', 'dead rows that vacuum does not reach'],
        look: ['topk(5, rag_pg_table_size_bytes)', 'topk(5, rag_pg_table_dead_rows)'],
        act: ['Find the table; partition, archive or vacuum it.']
      },
      tests: [
        ...(
          [
            ['doubles a tenth earlier', 1.1e9, 1.2, 'fires'],
            ['doubles later', 1.1e9, 0.85, 'quiet'],
            ['doubles, but is small', 9e8, 1.2, 'quiet']
          ] as const
        ).map(([title, start, pace, state]) => ({
          title,
          step: '1h',
          series: [
            {
              ...gauge('rag_pg_database_size_bytes', [], { store: 'main' }),
              samples: (step: number) =>
                Array.from({ length: (2 * 86_400) / step }, (_, index) => start + (start * pace * index * step) / horizon)
            }
          ],
          expect: `quiet 4h, ${state} 24h`,
          labels: { store: 'main' }
        })),
        {
          title: 'a jump is forgotten after a week',
          step: '1h',
          series: [
            gauge(
              'rag_pg_database_size_bytes',
              [
                [1.2e9, '2d'],
                [2e9, '10d']
              ],
              { store: 'main' }
            )
          ],
          expect: 'fires 60h, fires 140h, quiet 230h',
          labels: { store: 'main' }
        }
      ]
    }
  ]
}
