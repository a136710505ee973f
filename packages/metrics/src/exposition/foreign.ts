// Metrics of others in the same registry, read by their shape: prom-client and its successor alike.
import { escapeValue } from '../storage/labels.js'
import { boundText, headText, numberText, type TextFormat } from './format.js'
import type { MetricView, SeriesView } from './view.js'

interface ForeignValue {
  value: number
  labels?: Readonly<Record<string, string | number>>
  sharedLabels?: Readonly<Record<string, string | number>>
  metricName?: string
  exemplar?: { labelSet: Readonly<Record<string, string>>; value: number; timestamp: number } | null
}

interface ForeignMetric {
  name: string
  get(): Promise<ForeignData> | ForeignData
}
interface ForeignData {
  name: string
  help: string
  type: 'counter' | 'gauge' | 'histogram' | 'summary'
  values: readonly ForeignValue[]
}

/** Longest wait for a metric that the application collects itself. */
const PATIENCE_MS = 2000

const hanging = new WeakSet<ForeignMetric>()

/** One that never answers would hold this page and, as they share it, every later one: it is waited for once, and asked again when it has answered. */
async function read(metric: ForeignMetric): Promise<ForeignData> {
  if (hanging.has(metric)) throw new Error('no answer yet')
  const answer = Promise.resolve(metric.get())
  const release = () => void hanging.delete(metric)
  answer.then(release, release)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      hanging.add(metric)
      reject(new Error('no answer'))
    }, PATIENCE_MS).unref()
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}

/** One metric of the registry as text; a metric that cannot be read costs itself alone. */
export async function renderForeign(
  metric: unknown,
  format: TextFormat,
  defaults: Readonly<Record<string, string | number>>
): Promise<string> {
  try {
    const { name, help, type, values } = await read(metric as ForeignMetric)
    const counter = type === 'counter'
    const open = format === 'openmetrics'
    // A registry of the OpenMetrics kind cuts `_total` off the names it holds.
    const named = counter && open && !name.endsWith('_total') ? `${name}_total` : name
    let text = headText({ name: named, kind: type as 'gauge', help }, format)
    for (const { value, labels, sharedLabels, metricName = named, exemplar } of values) {
      const sample = counter && open ? named : metricName
      const pairs = Object.entries({ ...defaults, ...sharedLabels, ...labels }).map(
        ([label, content]) =>
          `${label}="${label === 'le' && Number.isFinite(Number(content)) ? boundText(Number(content)) : escapeValue(String(content))}"`
      )
      text += `${sample}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${numberText(value)}`
      if (open && exemplar) {
        const set = Object.entries(exemplar.labelSet).map(([label, content]) => `${label}="${escapeValue(String(content))}"`)
        text += ` # {${set.join(',')}} ${numberText(exemplar.value)} ${exemplar.timestamp}`
      }
      text += '\n'
    }
    return text
  } catch {
    return ''
  }
}

/** One metric of the registry for the encoders that are not text; undefined when it cannot be read. */
export async function viewForeign(metric: unknown, defaults: Readonly<Record<string, string | number>>): Promise<MetricView | undefined> {
  try {
    const { name, help, type, values } = await read(metric as ForeignMetric)
    const all = values.map((value) => ({ ...value, labels: { ...defaults, ...value.sharedLabels, ...value.labels } }))
    if (type === 'counter' || type === 'gauge')
      return { name, help, kind: type, series: all.map(({ labels, value }) => ({ labels: pairsOf(labels), values: [value] })) }
    const groups = new Map<string, { labels: SeriesView['labels']; parts: typeof all }>()
    for (const value of all) {
      const labels = pairsOf(value.labels).filter(([label]) => label !== 'le' && label !== 'quantile')
      const key = JSON.stringify(labels)
      const group = groups.get(key) ?? { labels, parts: [] }
      groups.set(key, group)
      group.parts.push(value)
    }
    const series = [...groups.values()]
    if (type === 'summary') return { name, help, kind: 'summary', series: series.map((group) => summaryOf(name, group)) }
    const bounds = [...new Set(all.map(({ labels }) => Number((labels as { le?: string | number }).le)))].filter(Number.isFinite)
    bounds.sort((a, b) => a - b)
    return { name, help, kind: 'histogram', bounds, series: series.map((group) => histogramOf(name, group, bounds)) }
  } catch {
    return undefined
  }
}

interface Group {
  labels: SeriesView['labels']
  parts: readonly (ForeignValue & { labels: Readonly<Record<string, string | number>> })[]
}

function pairsOf(labels: Readonly<Record<string, string | number>>): (readonly [string, string])[] {
  return Object.entries(labels).map(([label, value]) => [label, String(value)] as const)
}

function ending(name: string, parts: Group['parts'], part: string): number {
  return parts.find(({ metricName }) => metricName === `${name}_${part}`)?.value ?? 0
}

function summaryOf(name: string, { labels, parts }: Group): SeriesView {
  const quantiles = parts.flatMap((part) => ('quantile' in part.labels ? [[Number(part.labels['quantile']), part.value] as const] : []))
  return { labels, values: [ending(name, parts, 'count'), ending(name, parts, 'sum')], quantiles }
}

/** Their buckets are cumulative, ours hold their own counts. */
function histogramOf(name: string, { labels, parts }: Group, bounds: readonly number[]): SeriesView {
  const upTo = new Map(parts.map((part) => [Number(part.labels['le']), part.value]))
  let before = 0
  const values = bounds.map((bound) => {
    const count = Math.max(0, (upTo.get(bound) ?? before) - before)
    before += count
    return count
  })
  return { labels, values: [...values, Math.max(0, ending(name, parts, 'count') - before), ending(name, parts, 'sum')] }
}
