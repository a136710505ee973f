// rag-ops incident: what happened between two points, as Markdown.
import { loadConfig } from '../config/load.js'
import { type Prometheus, prometheusAt, secondOf, stamp } from '../prometheus/client.js'
import { type Firing, firings } from '../prometheus/spans.js'
import type { Command } from './types.js'

export const incidentCommand: Command = {
  usage: 'incident --from <time> [--to <time>] [--prometheus <url>]   a timeline as Markdown: alerts, releases, what changed most',
  options: { from: { type: 'string' }, to: { type: 'string' }, prometheus: { type: 'string' } },
  async run({ values, print }) {
    const { model } = await loadConfig(values['config'] as string | undefined)
    const prometheus = prometheusAt((values['prometheus'] as string | undefined) ?? model.prometheusUrl)
    const from = secondOf('from', values['from'] as string | undefined, '-1h')
    const to = secondOf('to', values['to'] as string | undefined, 'now')
    print(await incidentReport(prometheus, from, to))
    return 0
  }
}

interface Change {
  readonly what: string
  readonly before: number
  readonly during: number
}

/** The report. A figure is compared with the time as long before it. */
export async function incidentReport(prometheus: Prometheus, from: number, to: number): Promise<string> {
  const length = Math.max(60, Math.round(to - from))
  const compared = async (
    expr: (window: string) => string,
    name: (labels: Readonly<Record<string, string>>) => string
  ): Promise<Change[]> => {
    const [during, before] = await Promise.all([prometheus.query(expr(`${length}s`), to), prometheus.query(expr(`${length}s`), from)])
    const earlier = new Map(before.map(({ metric, value }) => [name(metric), value]))
    return during
      .map(({ metric, value }) => ({ what: name(metric), before: earlier.get(name(metric)) ?? 0, during: value }))
      .sort((a, b) => Math.abs(b.during - b.before) - Math.abs(a.during - a.before))
      .slice(0, 5)
  }
  const [fired, releases, errors, slow, models] = await Promise.all([
    firings(prometheus, from, to),
    prometheus.query(`max by (service, version) (max_over_time(rag_release_timestamp_seconds[${length}s])) >= ${from}`, to),
    compared(
      (window) => `sum by (service, http_route) (increase(rag_http_server_requests_total{status_class="5xx"}[${window}]))`,
      ({ service, http_route }) => `${service} ${http_route}`
    ),
    compared(
      (window) =>
        `sum by (service, http_route) (rate(http_server_request_duration_seconds_sum[${window}])) / (sum by (service, http_route) (rate(http_server_request_duration_seconds_count[${window}])) > 0)`,
      ({ service, http_route }) => `${service} ${http_route}`
    ),
    compared(
      (window) => `sum by (service, gen_ai_request_model) (increase(rag_llm_calls_total{outcome=~"error|timeout"}[${window}]))`,
      ({ service, gen_ai_request_model }) => `${service} ${gen_ai_request_model}`
    )
  ])
  const events = [
    ...fired.flatMap(({ labels, from: start, to: end }) => [
      { second: start, text: `**${labels['priority']} ${labels['alertname']}** fires: ${about(labels)}` },
      ...(end === undefined ? [] : [{ second: end, text: `${labels['alertname']} is resolved: ${about(labels)}` }])
    ]),
    ...releases.map(({ metric, value }) => ({ second: value, text: `release of ${metric['service'] ?? 'a service'} ${metric['version']}` }))
  ].sort((a, b) => a.second - b.second)
  return [
    `# Incident ${stamp(from)} to ${stamp(to)}`,
    '## Impact',
    await impact(prometheus, fired, length, to),
    '## Timeline (UTC)',
    events.length > 0
      ? events.map(({ second, text }) => `- ${stamp(second)} ${text}`).join('\n')
      : 'No alert fired and nothing was released.',
    '## What changed most',
    table('Failed requests by route', errors, (value) => value.toFixed(0)),
    table('Mean duration by route, ms', slow, (value) => (value * 1000).toFixed(0)),
    table('Failed calls by model', models, (value) => value.toFixed(0))
  ].join('\n\n')
}

async function impact(prometheus: Prometheus, fired: readonly Firing[], length: number, to: number): Promise<string> {
  const [failed, all] = await Promise.all([
    prometheus.query(`sum(increase(rag_http_server_requests_total{status_class="5xx"}[${length}s]))`, to),
    prometheus.query(`sum(increase(rag_http_server_requests_total[${length}s]))`, to)
  ])
  const services = [...new Set(fired.map(({ labels }) => labels['service'] ?? labels['peer_service']).filter(Boolean))]
  const [count, total] = [failed[0]?.value ?? 0, all[0]?.value ?? 0]
  return `${count.toFixed(0)} of ${total.toFixed(0)} requests failed${total > 0 ? ` (${((100 * count) / total).toFixed(2)} %)` : ''}. Alerts named ${services.join(', ') || 'no service'}.`
}

function about(labels: Readonly<Record<string, string>>): string {
  const { alertname: _, priority: __, type: ___, environment: ____, ...rest } = labels
  return (
    Object.entries(rest)
      .map(([label, value]) => `${label} ${value}`)
      .join(', ') || 'no single service'
  )
}

function table(title: string, rows: readonly Change[], show: (value: number) => string): string {
  const changed = rows.filter(({ before, during }) => show(before) !== show(during))
  if (changed.length === 0) return `**${title}**: no change.`
  return `**${title}**\n\n| | before | during |\n| --- | --- | --- |\n${changed.map(({ what, before, during }) => `| ${what} | ${show(before)} | ${show(during)} |`).join('\n')}`
}
