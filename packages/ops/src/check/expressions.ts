// Finds every PromQL expression in a file, with the words by which a reader finds it again.
import { parseAllDocuments } from 'yaml'
import { type Expression, parseExpression } from '../promql/parse.js'

export interface Found {
  /** Where in the file: alert, panel or path. */
  readonly place: string
  readonly expr: string
  readonly expression: Expression
}

export interface FileContent {
  readonly expressions: readonly Found[]
  readonly records: readonly { record: string; expr: string; labels?: Record<string, string> }[]
  /** Metrics that an autoscaler wants, and those that an adapter offers. */
  readonly wanted: readonly { place: string; name: string }[]
  readonly offered: readonly string[]
}

type Node = Readonly<Record<string, unknown>>

/** Expressions and recording rules of a YAML or JSON text. Text that is neither has none. */
export function expressionsOf(name: string, text: string): FileContent {
  const expressions: Found[] = []
  const records: { record: string; expr: string; labels?: Record<string, string> }[] = []
  const wanted: { place: string; name: string }[] = []
  const offered: string[] = []
  const documents = name.endsWith('.json') ? [JSON.parse(text) as unknown] : yamlDocuments(text)
  const visit = (node: unknown, place: string): void => {
    if (Array.isArray(node)) {
      for (const [index, each] of node.entries()) visit(each, place.endsWith('"') ? place : `${place}[${index}]`)
      return
    }
    if (typeof node !== 'object' || node === null) return
    const part = node as Node
    const here = titled(part) ?? place
    if (typeof part['record'] === 'string' && typeof part['expr'] === 'string')
      records.push({ record: part['record'], expr: part['expr'], labels: (part['labels'] ?? {}) as Record<string, string> })
    const pods = part['pods'] as { metric?: { name?: unknown } } | undefined
    if (part['type'] === 'Pods' && typeof pods?.metric?.name === 'string') wanted.push({ place: here, name: pods.metric.name })
    const offer = part['name'] as { as?: unknown } | undefined
    if (typeof part['seriesQuery'] === 'string' && typeof offer?.as === 'string') offered.push(offer.as)
    for (const [key, value] of Object.entries(part)) {
      if (typeof value === 'string') {
        for (const expr of expressionIn(key, value, part))
          expressions.push({ place: here, expr, expression: parseExpression(withoutPlaceholders(expr)) })
      } else
        visit(
          value,
          here.endsWith('"') || /^(groups|rules|panels|targets|spec|items)$/.test(key) ? here : `${here}.${key}`.replace(/^\./, '')
        )
    }
  }
  for (const document of documents) visit(document, '')
  return { expressions, records, wanted, offered }
}

function yamlDocuments(text: string): unknown[] {
  return parseAllDocuments(text).map((document) => {
    if (document.errors[0]) throw document.errors[0]
    return document.toJS() as unknown
  })
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

function expressionIn(key: string, value: string, part: Node): string[] {
  if (key === 'expr' || key === 'query' || key === 'definition') {
    const labels = /^label_values\((.+),\s*\w+\)$/.exec(value)
    if (labels) return [labels[1]!]
    if (key === 'expr') return value === '' ? [] : [value]
    // Fields of that name that hold something else: a data source, an Elasticsearch query, text.
    return value === '' || part['type'] === 'datasource' || part['type'] === 'custom' || value.startsWith('{')
      ? []
      : key === 'query'
        ? [value]
        : []
  }
  if (key === 'seriesQuery') return [`count(${value})`]
  if (key === 'metricsQuery' && typeof part['seriesQuery'] === 'string') {
    const series = /^[\w:]+/.exec(part['seriesQuery'])?.[0] ?? ''
    return [value.replaceAll('<<.Series>>', series)]
  }
  // Templates of annotations ask Prometheus for more: printf "metric{label=%q}" …
  if (value.includes('| query') || value.includes('query (printf'))
    return [...value.matchAll(/printf "((?:[^"\\]|\\.)*)"/g)].map(([, format]) => format!.replaceAll('%q', '"x"'))
  // Dashboards inside Terraform are JSON in a text.
  if (key === 'config_json') return expressionsOf('x.json', value).expressions.map(({ expr }) => expr)
  return []
}

/** An expression with the placeholders of Grafana, Argo, Flagger and the adapter replaced by something that parses. */
export function withoutPlaceholders(expr: string): string {
  return expr
    .replaceAll(/<<\.LabelMatchers>>/g, 'namespace="x"')
    .replaceAll(/<<\.GroupBy>>/g, 'pod')
    .replaceAll(/\[(\$__\w+|\$\{__\w+\}|\{\{\s*interval\s*\}\})(:[^\]]*)?\]/g, '[5m]')
    .replaceAll(/\{\{[^}]*\}\}/g, 'x')
    .replaceAll(/\$\{[^}]*\}|\[\[[^\]]*\]\]|\$\w+/g, (_word, offset: number, whole: string) => (inQuotes(whole, offset) ? 'x' : '1'))
}

function inQuotes(text: string, offset: number): boolean {
  return (text.slice(0, offset).match(/"/g)?.length ?? 0) % 2 === 1
}
