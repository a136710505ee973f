// Finds every PromQL expression in a file, with the words by which a reader finds it again.
import { parseAllDocuments } from 'yaml'

export interface Found {
  /** Where in the file: alert, panel or path. */
  readonly place: string
  readonly expr: string
  /** A name of a metric alone, not an expression. */
  readonly nameOnly?: boolean
}

export interface FileContent {
  readonly expressions: readonly Found[]
  readonly records: readonly { record: string; expr: string; labels?: Record<string, string> }[]
}

type Node = Readonly<Record<string, unknown>>

/** Expressions and recording rules of a YAML or JSON text. Text that is neither has none. */
export function expressionsOf(name: string, text: string): FileContent {
  const expressions: Found[] = []
  const records: { record: string; expr: string; labels?: Record<string, string> }[] = []
  const documents = name.endsWith('.json')
    ? [JSON.parse(text) as unknown]
    : parseAllDocuments(text).map((document) => document.toJS() as unknown)
  const visit = (node: unknown, place: string): void => {
    if (Array.isArray(node)) {
      for (const [index, each] of node.entries()) visit(each, titled(each) ? place : `${place}[${index}]`)
      return
    }
    if (typeof node !== 'object' || node === null) return
    const part = node as Node
    const here = titled(part) ?? place
    if (typeof part['record'] === 'string' && typeof part['expr'] === 'string')
      records.push({ record: part['record'], expr: part['expr'], labels: (part['labels'] ?? {}) as Record<string, string> })
    for (const [key, value] of Object.entries(part)) {
      if (typeof value === 'string') {
        for (const expr of expressionIn(key, value, part)) expressions.push({ place: here, ...expr })
      } else visit(value, /^\d+$|^(groups|rules|panels|targets|spec|items)$/.test(key) ? here : `${here}.${key}`.replace(/^\./, ''))
    }
  }
  for (const document of documents) visit(document, '')
  return { expressions, records }
}

function titled(node: unknown): string | undefined {
  if (typeof node !== 'object' || node === null) return undefined
  const part = node as Node
  for (const [key, word] of [
    ['alert', 'alert'],
    ['record', 'rule'],
    ['title', 'panel']
  ] as const)
    if (typeof part[key] === 'string' && part[key] !== '') return `${word} "${part[key]}"`
  const spec = part['spec'] as Node | undefined
  if (part['kind'] === 'Panel' && typeof spec?.['title'] === 'string') return `panel "${spec['title']}"`
  const meta = part['metadata'] as Node | undefined
  if (typeof part['kind'] === 'string' && typeof meta?.['name'] === 'string') return `${part['kind']} "${meta['name']}"`
  return undefined
}

function expressionIn(key: string, value: string, part: Node): Omit<Found, 'place'>[] {
  if (key === 'expr' || key === 'query' || key === 'definition') {
    const labels = /^label_values\((.+),\s*\w+\)$/.exec(value)
    if (labels) return [{ expr: labels[1]! }]
    if (key === 'expr') return value === '' ? [] : [{ expr: value }]
    // Fields of that name that hold something else: a data source, an Elasticsearch query, text.
    return value === '' || part['type'] === 'datasource' || part['type'] === 'custom' || value.startsWith('{')
      ? []
      : key === 'query'
        ? [{ expr: value }]
        : []
  }
  if (key === 'seriesQuery') return [{ expr: value }]
  if (key === 'metricsQuery' && typeof part['seriesQuery'] === 'string') {
    const series = /^[\w:]+/.exec(part['seriesQuery'])?.[0] ?? ''
    return [{ expr: value.replaceAll('<<.Series>>', series) }]
  }
  // Templates of annotations ask Prometheus for more: printf "metric{label=%q}" …
  if (value.includes('| query') || value.includes('query (printf'))
    return [...value.matchAll(/printf "((?:[^"\\]|\\.)*)"/g)].map(([, format]) => ({ expr: format!.replaceAll('%q', '"x"') }))
  // Dashboards inside Terraform are JSON in a text.
  if (key === 'config_json') return expressionsOf('x.json', value).expressions.map(({ expr }) => ({ expr }))
  return []
}

/** An expression with the placeholders of Grafana, Argo, Flagger and the adapter replaced by something that parses. */
export function withoutPlaceholders(expr: string): string {
  return expr
    .replaceAll(/<<\.LabelMatchers>>/g, 'namespace="x"')
    .replaceAll(/<<\.GroupBy>>/g, 'pod')
    .replaceAll(/\[(\$__\w+|\$\{__\w+\}|\{\{\s*interval\s*\}\})(:[^\]]*)?\]/g, '[5m]')
    .replaceAll(/\{\{[^}]*\}\}/g, 'x')
    .replaceAll(/\$\{[^}]*\}|\[\[[^\]]*\]\]|\$\w+/g, (word, offset: number) => (inQuotes(expr, offset) ? 'x' : '1'))
}

function inQuotes(text: string, offset: number): boolean {
  return (text.slice(0, offset).match(/"/g)?.length ?? 0) % 2 === 1
}
