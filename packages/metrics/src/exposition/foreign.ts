// Metrics of others in the same registry, read by their shape: prom-client and its successor alike.
import { escapeValue } from '../storage/labels.js'
import { boundText, type Format, headText, numberText } from './format.js'

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

/** One metric of the registry as text; a metric that cannot be read costs itself alone. */
export async function renderForeign(metric: unknown, format: Format, defaults: Readonly<Record<string, string | number>>): Promise<string> {
  try {
    const { name, help, type, values } = await (metric as ForeignMetric).get()
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
