// rag-ops capacity: days until something is full.
import { loadConfig } from '../config/load.js'
import { type Prometheus, prometheusAt } from '../prometheus/client.js'
import type { Command } from './types.js'

export const capacityCommand: Command = {
  usage: 'capacity [--prometheus <url>]   days until disks, memory, heaps, connections and budgets are full, at the pace of a week',
  options: { prometheus: { type: 'string' } },
  async run({ values, print }) {
    const { model } = await loadConfig(values['config'] as string | undefined)
    const rows = await capacityForecast(prometheusAt((values['prometheus'] as string | undefined) ?? model.prometheusUrl))
    print('| what | used | days until full |\n| --- | --- | --- |')
    for (const { what, used, days } of rows)
      print(
        `| ${what} | ${used === undefined ? '' : `${(used * 100).toFixed(0)} %`} | ${days === undefined ? 'not at this pace' : days.toFixed(days < 10 ? 1 : 0)} |`
      )
    if (rows.length === 0) print('\nNothing with a limit is measured: neither the node exporter nor a container limit.')
    return rows.some(({ days }) => days !== undefined && days < model.limits.capacityDays) ? 1 : 0
  }
}

interface Forecast {
  readonly what: string
  readonly used: number | undefined
  /** Undefined when it does not grow. */
  readonly days: number | undefined
}

/** What is limited: the use as a share, and its pace per second over a week. */
const LIMITED = [
  {
    what: 'disk',
    by: 'instance, mountpoint',
    used: '1 - node_filesystem_avail_bytes / node_filesystem_size_bytes',
    of: 'max by (instance, mountpoint)'
  },
  {
    what: 'container memory',
    by: 'service, instance',
    used: 'rag_container_memory_working_set_bytes / rag_container_memory_limit_bytes',
    of: 'max by (service, instance)'
  },
  { what: 'redis memory', by: 'store', used: 'rag_redis_memory_used_bytes / (rag_redis_memory_max_bytes > 0)', of: 'max by (store)' },
  {
    what: 'connections',
    by: 'store',
    used: 'sum by (store, instance) (rag_pg_connections) / sum by (store, instance) (rag_pg_max_connections)',
    of: 'max by (store)'
  }
] as const

/** All forecasts, the soonest first. */
export async function capacityForecast(prometheus: Prometheus): Promise<Forecast[]> {
  const forecasts = await Promise.all(
    LIMITED.map(async ({ what, used, of }) => {
      const [now, pace] = await Promise.all([prometheus.query(`${of} (${used})`), prometheus.query(`deriv((${of} (${used}))[7d:10m])`)])
      const paces = new Map(pace.map(({ metric, value }) => [JSON.stringify(metric), value]))
      return now.map(({ metric, value }): Forecast => {
        const grows = paces.get(JSON.stringify(metric)) ?? 0
        return {
          what: `${what} ${Object.values(metric).join(' ')}`,
          used: value,
          days: grows > 1e-12 ? Math.max(0, (1 - value) / grows / 86_400) : undefined
        }
      })
    })
  )
  return forecasts.flat().sort((a, b) => (a.days ?? Number.POSITIVE_INFINITY) - (b.days ?? Number.POSITIVE_INFINITY))
}
