// rag-ops alerts report: how much noise alerting makes.

import { RagError } from '@rag/core/errors'
import { loadConfig } from '../config/load.js'
import { type Prometheus, prometheusAt, secondOf } from '../prometheus/client.js'
import { firings } from '../prometheus/spans.js'
import type { Command } from './types.js'

export const alertsCommand: Command = {
  usage: 'alerts report [--from 7d] [--prometheus <url>]   pages a week, flapping, share resolved by themselves',
  options: { from: { type: 'string' }, to: { type: 'string' }, prometheus: { type: 'string' } },
  async run({ positionals, values, print }) {
    if (positionals[0] !== 'report')
      throw new RagError('RAG_OPS_ARGUMENT', {
        option: 'alerts',
        value: positionals[0] ?? 'missing',
        problem: 'there is only the report',
        fix: '`rag-ops alerts report`'
      })
    const { model } = await loadConfig(values['config'] as string | undefined)
    const prometheus = prometheusAt((values['prometheus'] as string | undefined) ?? model.prometheusUrl)
    print(
      await alertsReport(
        prometheus,
        secondOf('from', values['from'] as string | undefined, '-7d'),
        secondOf('to', values['to'] as string | undefined, 'now')
      )
    )
    return 0
  }
}

/** Per alert: how often it fired, how often again within the hour (flapping), how often it was over within five minutes. */
export async function alertsReport(prometheus: Prometheus, from: number, to: number): Promise<string> {
  const all = await firings(prometheus, from, to)
  const weeks = (to - from) / 604_800
  const names = new Map<string, { priority: string; times: number; flaps: number; short: number }>()
  const last = new Map<string, number>()
  let pages = 0
  for (const { labels, from: start, to: end } of all) {
    const name = labels['alertname']!
    const entry = names.get(name) ?? { priority: labels['priority'] ?? '', times: 0, flaps: 0, short: 0 }
    names.set(name, entry)
    entry.times++
    const key = JSON.stringify(labels)
    if (start - (last.get(key) ?? Number.NEGATIVE_INFINITY) < 3600) entry.flaps++
    if (end !== undefined) {
      last.set(key, end)
      if (end - start < 300) entry.short++
    }
    if (entry.priority === 'P0' || entry.priority === 'P1') pages++
  }
  const rows = [...names]
    .sort(([, a], [, b]) => b.times - a.times)
    .map(
      ([name, { priority, times, flaps, short }]) =>
        `| ${name} | ${priority} | ${times} | ${flaps} | ${Math.round((100 * short) / times)} % |`
    )
  const short = [...names.values()].reduce((sum, entry) => sum + entry.short, 0)
  return [
    `${pages} pages in ${(weeks * 7).toFixed(1)} days: ${(pages / weeks).toFixed(1)} a week. ${all.length} firings, ${all.length > 0 ? Math.round((100 * short) / all.length) : 0} % over by themselves within five minutes.`,
    '',
    '| alert | priority | times | flapped | over within 5 min |',
    '| --- | --- | --- | --- | --- |',
    ...rows
  ].join('\n')
}
