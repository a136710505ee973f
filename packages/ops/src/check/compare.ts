// Compares one expression with what is known and says what does not agree, and how to repair it.
import { type Expression, parseExpression, type Selector } from '../promql/parse.js'
import { withoutPlaceholders } from './expressions.js'
import { type Knowledge, type Known, nearest } from './knowledge.js'

export interface Disagreement {
  readonly problem: string
  readonly fix: string
}

const OVER_COUNTERS = new Set(['rate', 'irate', 'increase', 'resets'])
const OVER_GAUGES = new Set(['deriv', 'predict_linear', 'delta', 'idelta', 'holt_winters', 'double_exponential_smoothing'])
/** Functions of later versions than the oldest target. */
const SINCE_3 = new Set([
  'mad_over_time',
  'sort_by_label',
  'sort_by_label_desc',
  'limitk',
  'limit_ratio',
  'double_exponential_smoothing',
  'info',
  'histogram_avg',
  'ts_of_max_over_time',
  'ts_of_min_over_time',
  'first_over_time'
])

/** Everything that does not agree; empty when all is well. */
export function compare(text: string, known: Knowledge, prometheus: '2.42' | '3' = '2.42'): Disagreement[] {
  return compareParsed(parseExpression(withoutPlaceholders(text)), known, prometheus)
}

/** The same for an expression that is parsed already. */
export function compareParsed(expression: Expression, known: Knowledge, prometheus: '2.42' | '3' = '2.42'): Disagreement[] {
  if (expression.errors.length > 0) return expression.errors.map((problem) => ({ problem, fix: 'correct the expression' }))
  const ranged = new Set(expression.selectors.filter(({ ranged: isRanged }) => isRanged).map(({ metric }) => metric))
  return [
    ...expression.selectors.flatMap((selector) => ofSelector(selector, known, ranged)),
    ...ofGroupings(expression, known),
    ...expression.functions
      .filter((name) => prometheus === '2.42' && SINCE_3.has(name))
      .map((name) => ({ problem: `Prometheus 2.42 has no ${name}()`, fix: 'use another function, or set targets.prometheus to 3' }))
  ]
}

function ofSelector(selector: Selector, known: Knowledge, ranged: ReadonlySet<string | undefined>): Disagreement[] {
  const { metric, matchers, within } = selector
  if (metric === undefined) return []
  const found = known.get(metric)
  if (!found) {
    const near = nearest(metric, known)
    return [
      {
        problem: `nothing emits ${metric}`,
        fix: near ? `did you mean ${near}?` : 'name a metric of the reference, or declare your own in `metrics`'
      }
    ]
  }
  return [
    ...matchers.flatMap(({ label, operator, value }) => ofMatcher(metric, found, label, operator, value)),
    ...ofKind(metric, found, within, ranged)
  ]
}

function ofMatcher(metric: string, { labels, values, bounds }: Known, label: string, operator: string, value: string): Disagreement[] {
  if (labels && !labels.has(label))
    return [{ problem: `${metric} has no label ${label}`, fix: `it has ${[...labels].slice(0, 8).join(', ')}` }]
  if (label === 'le' && bounds) {
    const wanted = operator.endsWith('~') ? value.split('|').map((part) => part.replaceAll('\\', '')) : [value]
    const missing = wanted.filter((bound) => bound !== '+Inf' && !bounds.includes(Number(bound)))
    return missing.length === 0
      ? []
      : [{ problem: `${metric} has no bucket that ends at ${missing.join(' or ')}`, fix: `its bounds are ${bounds.join(', ')}` }]
  }
  const list = values.get(label)
  if (!list || value === '' || value === 'x' || operator.startsWith('!')) return []
  const matches = operator === '=~' ? list.some((each) => fits(value, each)) : list.includes(value)
  // Every alternative of a pattern must mean something: a dead one is a leftover.
  const dead = operator === '=~' && /^[\w|]+$/.test(value) ? value.split('|').filter((part) => !list.includes(part)) : []
  return matches && dead.length === 0
    ? []
    : [{ problem: `${label} of ${metric} is never ${dead[0] ?? value}`, fix: `it is one of ${list.join(', ')}` }]
}

function ofKind(metric: string, { kind }: Known, within: readonly string[], ranged: ReadonlySet<string | undefined>): Disagreement[] {
  const over = within.find((name) => OVER_COUNTERS.has(name) || OVER_GAUGES.has(name) || name.endsWith('_over_time') || name === 'changes')
  if (kind === 'gauge' && over && OVER_COUNTERS.has(over))
    return [{ problem: `${metric} is a gauge, and ${over}() is for counters`, fix: 'use deriv() or delta()' }]
  if ((kind === 'counter' || kind === 'histogram') && over && OVER_GAUGES.has(over))
    return [{ problem: `${metric} is a counter, and ${over}() is for gauges`, fix: 'use rate() or increase()' }]
  // Beside an increase of the same counter a bare one asks whether the series was born.
  if (
    (kind === 'counter' || kind === 'histogram') &&
    !over &&
    !ranged.has(metric) &&
    !within.includes('count') &&
    !within.includes('absent')
  )
    return [{ problem: `${metric} is a counter: its value alone only says when the process started`, fix: 'use rate() or increase()' }]
  return []
}

function ofGroupings({ groupings, made }: Expression, known: Knowledge): Disagreement[] {
  return groupings.flatMap(({ labels, metrics, kind }) => {
    const sources = metrics.map((metric) => known.get(metric))
    if (
      kind === 'without' ||
      kind === 'ignoring' ||
      sources.length === 0 ||
      sources.some((source) => !source || source.labels === undefined)
    )
      return []
    return labels
      .filter((label) => !made.includes(label) && label !== '__name__' && !sources.some((source) => source!.labels!.has(label)))
      .map((label) => ({
        problem: `${metrics.join(', ')} cannot be grouped by ${label}: no such label`,
        fix: `use one of ${[...sources[0]!.labels!].slice(0, 8).join(', ')}`
      }))
  })
}

function fits(pattern: string, value: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`).test(value)
  } catch {
    return false
  }
}
