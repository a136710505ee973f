// What exists: the metrics of the catalogue or of a live page, of Prometheus itself and of recording rules, with their labels and bounds.
import type { MetricDefinition } from '@rag/core/catalogue'
import { parseExpression } from '../promql/parse.js'

export interface Known {
  readonly kind: 'counter' | 'gauge' | 'histogram' | 'recorded'
  /** Undefined: any label may be there. */
  readonly labels: ReadonlySet<string> | undefined
  /** Closed lists of values by label. */
  readonly values: ReadonlyMap<string, readonly string[]>
  readonly bounds: readonly number[] | undefined
}

export type Knowledge = ReadonlyMap<string, Known>

/** Labels that scraping adds to every series. */
export const TARGET_LABELS = [
  'job',
  'instance',
  'service',
  'environment',
  'track',
  'namespace',
  'pod',
  'node',
  'container',
  'exported_service',
  'exported_environment'
] as const

/** Metrics of Prometheus itself and of the node exporter that generated rules use. */
const OTHERS: Readonly<Record<string, readonly string[] | undefined>> = {
  up: [],
  scrape_duration_seconds: [],
  scrape_samples_scraped: [],
  ALERTS: undefined,
  ALERTS_FOR_STATE: undefined,
  node_filesystem_avail_bytes: ['device', 'fstype', 'mountpoint'],
  node_filesystem_size_bytes: ['device', 'fstype', 'mountpoint']
}

/** Knowledge from definitions. */
export function fromDefinitions(definitions: Iterable<MetricDefinition>): Map<string, Known> {
  const known = new Map<string, Known>()
  for (const { name, kind, labels = {}, buckets } of definitions) {
    const values = new Map(Object.entries(labels).flatMap(([label, bound]) => ('values' in bound ? [[label, bound.values] as const] : [])))
    const own = new Set([...Object.keys(labels), ...TARGET_LABELS])
    if (kind !== 'histogram') known.set(name, { kind, labels: own, values, bounds: undefined })
    else {
      known.set(`${name}_bucket`, { kind, labels: new Set([...own, 'le']), values, bounds: buckets ?? [] })
      for (const part of ['sum', 'count']) known.set(`${name}_${part}`, { kind: 'counter', labels: own, values, bounds: undefined })
    }
  }
  for (const [name, labels] of Object.entries(OTHERS))
    known.set(name, { kind: 'gauge', labels: labels && new Set([...labels, ...TARGET_LABELS]), values: new Map(), bounds: undefined })
  return known
}

/** Adds what recording rules make: their labels are those that the expression keeps. */
export function addRecorded(
  known: Map<string, Known>,
  rules: readonly { readonly record: string; readonly expr: string; readonly labels?: Readonly<Record<string, string>> }[]
): void {
  for (const { record, expr, labels = {} } of rules) {
    const { groupings, made, selectors } = parseExpression(expr)
    const by = groupings.filter(({ kind }) => kind === 'by').flatMap((grouping) => grouping.labels)
    const kept = by.length > 0 ? by : selectors.flatMap(({ metric }) => [...(known.get(metric ?? '')?.labels ?? [])])
    const previous = known.get(record)?.labels ?? []
    known.set(record, {
      kind: 'recorded',
      labels: new Set([...previous, ...kept.filter((label) => label !== 'le'), ...made, ...Object.keys(labels)]),
      values: new Map(),
      bounds: undefined
    })
  }
}

/** The metric that a misspelled name most likely means. */
export function nearest(name: string, known: Knowledge): string | undefined {
  const words = new Set(name.split('_'))
  let best: string | undefined
  let most = 0.5
  for (const candidate of known.keys()) {
    const other = candidate.split('_')
    const shared = other.filter((word) => words.has(word)).length
    const score = (2 * shared) / (words.size + other.length)
    if (score > most) [best, most] = [candidate, score]
  }
  return best
}
