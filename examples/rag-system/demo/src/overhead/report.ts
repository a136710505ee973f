// Prints what the SDK costs, and which part of it costs what.
import { table } from '../table.js'
import { type Used, VARIANTS, type Variant, type Weighed } from './command.js'

const NAMES: Readonly<Record<Variant, string>> = {
  with: 'with',
  without: 'without',
  peers: "with today's stack",
  records: 'with records by hand',
  context: 'with a context'
}

export function overheadReport({
  ok,
  requests,
  warm,
  sent,
  pairs,
  overhead,
  context,
  records,
  peers,
  addedMs,
  parts,
  goal
}: Weighed): string {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`
  const names = [...new Set([...Object.keys(parts.with), ...Object.keys(parts.without)])]
  const difference = (name: string) => (parts.with[name] ?? 0) - (parts.without[name] ?? 0)
  const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0)
  const row = (name: string, own: number, bare: number) => [name, own.toFixed(3), bare.toFixed(3), (own - bare).toFixed(3)]
  const columns = (['system', 'services'] as const).flatMap((what) => VARIANTS.map((variant) => [variant, what] as const))
  const both = ({ system, services }: Used) => `${percent(system)} of the system, ${percent(services)} of the services`
  return [
    `\nCPU with the SDK − without, over without: ${percent(overhead.system)} (goal ${percent(goal)}: ${ok ? 'held' : 'NOT held'})`,
    `Of the services alone, without PostgreSQL, Redis and the stand-in provider: ${percent(overhead.services)}, ${addedMs.toFixed(2)} ms a request over all services`,
    `Today's stack (pino-http, prom-client's middlewares, OpenTelemetry's instrumentations), tuned: ${both(peers)}; spans a request ${peers.spans.toFixed(1)}, ours ${overhead.spans.toFixed(1)}`,
    `A line, a histogram and a plain span of each request, call and stage, made by hand (nothing masked, checked, bounded or metered): ${both(records)}; spans a request ${records.spans.toFixed(1)}`,
    `A context for each request alone, as any tracer needs, on Node ${process.version}: ${both(context)}`,
    `${requests} requests a round after ${warm} to warm up (${Object.entries(sent)
      .map(([kind, count]) => `${kind} ${count}`)
      .join(', ')}), embedding (processes of its own) left out, median of ${pairs.length} interleaved pairs`,
    '\nCPU seconds of the pairs',
    ...table(
      ['pair', ...columns.map(([variant, what]) => `${what} ${NAMES[variant]}`)],
      pairs.map((pair, index) => [String(index + 1), ...columns.map(([variant, what]) => pair[variant][what].toFixed(2))])
    ),
    '\nCPU milliseconds a request of the services, by part (profiles of one more round)',
    ...table(
      ['part', 'with', 'without', 'difference'],
      [
        ...names.sort((a, b) => difference(b) - difference(a)).map((name) => row(name, parts.with[name] ?? 0, parts.without[name] ?? 0)),
        row('all', sum(Object.values(parts.with)), sum(Object.values(parts.without)))
      ]
    ),
    ''
  ].join('\n')
}
