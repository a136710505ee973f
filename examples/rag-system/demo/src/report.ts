// Prints the facts for people.
import { type Facts, RECALL_GOAL } from './facts.js'
import type { LogLine } from './read/ndjson.js'
import { table } from './table.js'
import { drawTree } from './tree.js'

/** Fields of a log line that every line has or that the tree shows better. */
const DULL = new Set(['time', 'level', 'msg', 'service', 'version', 'environment', 'traceId', 'spanId', 'requestId', 'pid', 'hostname'])

export function reportOf(facts: Facts): string {
  const { questions, audit, recall, routes, models, cache, trace, checks, services, backends } = facts
  const failed = checks.filter(({ ok }) => !ok)
  return [
    heading('One question, one trace'),
    `trace ${trace.traceId}`,
    ...drawTree(trace.tree),
    heading('Its log lines, masked'),
    ...trace.lines.map(lineOf),
    heading('Latency by route, read from the histograms'),
    ...table(
      ['service', 'route', 'requests', 'p50 ms', 'p95 ms', 'p99 ms'],
      routes.map(({ service, route, count, p50, p95, p99 }) => [service, route, String(count), ...[p50, p95, p99].map(milliseconds)])
    ),
    heading('Tokens and cost by model'),
    ...table(
      ['model', 'calls', 'input', 'output', 'cost USD'],
      models.map(({ model, calls, inputTokens, outputTokens, costUsd }) =>
        [model, calls, inputTokens, outputTokens, costUsd.toFixed(6)].map(String)
      )
    ),
    heading('Cache hit rate by layer'),
    ...table(
      ['cache', 'layer', 'look-ups', 'hits', 'rate'],
      cache.map(({ cache, layer, lookups, hits, hitRate }) => [cache, layer, String(lookups), String(hits), percent(hitRate)])
    ),
    heading('Retrieval'),
    `recall@${recall.at} ${recall.recall.toFixed(3)} (${recall.found} of ${recall.questions} known documents found; goal ${RECALL_GOAL})`,
    `questions: ${questions.length} asked, ${questions.filter(({ cached }) => cached).length} from the cache, ${questions.filter(({ left }) => left).length} left by the client, ${questions.filter(({ status }) => status >= 500).length} failed`,
    `masked: ${facts.masked} values`,
    `first answer ${facts.seconds.firstAnswer} s after the command (goal 20 s)`,
    `backends: ${Object.values(backends).join(' · ')}`,
    heading('Who was let in: the audit log, verified with rag-audit'),
    ...audit.said,
    heading('Where to look'),
    ...table(
      ['service', 'url', 'metrics'],
      services.map(({ name, url, metrics }) => [name, url, metrics])
    ),
    heading(failed.length === 0 ? `All ${checks.length} checks agree` : `${failed.length} of ${checks.length} checks fail`),
    ...table(
      ['', 'check', 'readings'],
      checks.map(({ name, values, ok }) => [
        ok ? 'ok' : 'NO',
        name,
        Object.entries(values)
          .map(([exit, value]) => `${exit} ${Number(value.toFixed(3))}`)
          .join(', ')
      ])
    ),
    ''
  ].join('\n')
}

function heading(text: string): string {
  return `\n${text}\n${'─'.repeat(text.length)}`
}

function lineOf(line: LogLine): string {
  const rest = Object.entries(line).filter(([field, value]) => !DULL.has(field) && value !== undefined && value !== null)
  const fields = rest.map(([field, value]) => `${field}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
  const level = typeof line['level'] === 'string' ? line['level'] : 'info'
  return `${String(line['service']).padEnd(11)} ${level.toLowerCase().padEnd(5)} ${line['msg'] ?? ''}  ${fields.join(' ')}`
}

const milliseconds = (seconds: number | undefined) => (seconds === undefined ? '-' : (seconds * 1000).toFixed(1))
const percent = (share: number) => `${(share * 100).toFixed(1)}%`
