// Reads a PromQL expression: which metrics, labels, bounds and windows it names, and where.

import type { SyntaxNode } from '@lezer/common'
import { parser } from '@prometheus-io/lezer-promql'

export interface Matcher {
  readonly label: string
  readonly operator: string
  readonly value: string
}

export interface Selector {
  readonly metric: string | undefined
  readonly matchers: readonly Matcher[]
  /** The functions and aggregations around it, innermost first. */
  readonly within: readonly string[]
  /** It is the counter under a rate, or a range. */
  readonly ranged: boolean
}

export interface Span {
  readonly from: number
  readonly to: number
  readonly text: string
}

export interface Grouping extends Span {
  readonly labels: readonly string[]
  readonly kind: 'by' | 'without' | 'on' | 'ignoring' | 'include'
  /** The metrics that its labels can come from. */
  readonly metrics: readonly string[]
}

export interface Expression {
  readonly selectors: readonly Selector[]
  readonly groupings: readonly Grouping[]
  readonly functions: readonly string[]
  readonly durations: readonly Span[]
  readonly numbers: readonly Span[]
  readonly operators: readonly Span[]
  /** Labels that label_replace and label_join make. */
  readonly made: readonly string[]
  /** What is wrong with it. */
  readonly errors: readonly string[]
}

const OPERATORS = new Set(['Gtr', 'Lss', 'Gte', 'Lte', 'EqlC', 'Neq', 'And', 'Or', 'Unless'])

/** Parses an expression; it never throws, faults are in `errors`. */
export function parseExpression(text: string): Expression {
  const selectors: Selector[] = []
  const groupings: Grouping[] = []
  const functions: string[] = []
  const durations: Span[] = []
  const numbers: Span[] = []
  const operators: Span[] = []
  const made: string[] = []
  const errors: string[] = []
  const slice = (node: { from: number; to: number }) => text.slice(node.from, node.to)
  parser.parse(text).iterate({
    enter({ node }) {
      const span = { from: node.from, to: node.to, text: slice(node) }
      if (node.type.isError)
        errors.push(`no PromQL at character ${node.from + 1}: ${JSON.stringify(text.slice(node.from, node.from + 20))}`)
      else if (node.name === 'MatrixSelector' && node.firstChild?.name !== 'VectorSelector')
        errors.push(`a range at character ${node.from + 1} stands behind something that is no metric`)
      else if (node.name === 'VectorSelector') selectors.push(selectorOf(node, slice))
      else if (node.name === 'GroupingLabels') groupings.push({ ...span, ...groupingOf(node, slice) })
      else if (node.name === 'FunctionIdentifier') {
        functions.push(span.text)
        if (span.text === 'label_replace' || span.text === 'label_join') made.push(...secondArgument(node, slice))
      } else if (node.name === 'NumberDurationLiteralInDurationContext') durations.push(span)
      else if (node.name === 'NumberDurationLiteral') numbers.push(span)
      else if (OPERATORS.has(node.name) && node.parent?.name === 'BinaryExpr') operators.push(span)
    }
  })
  if (text.trim() === '') errors.push('the expression is empty')
  return { selectors, groupings, functions, durations, numbers, operators, made, errors }
}

/** The text with some of its parts replaced. */
export function replaceRanges(text: string, parts: readonly Span[]): string {
  let result = text
  for (const { from, to, text: part } of [...parts].sort((a, b) => b.from - a.from))
    result = result.slice(0, from) + part + result.slice(to)
  return result
}

type Slice = (node: { from: number; to: number }) => string

function selectorOf(node: SyntaxNode, slice: Slice): Selector {
  const matchers: Matcher[] = []
  let metric = node.getChild('Identifier') ? slice(node.getChild('Identifier')!) : undefined
  for (const matcher of node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? []) {
    const label = slice(matcher.getChild('LabelName')!)
    const operator = slice(matcher.getChild('MatchOp')!)
    const value = unquote(slice(matcher.getChild('StringLiteral')!))
    if (label === '__name__' && operator === '=') metric = value
    else matchers.push({ label, operator, value })
  }
  const quoted = node.getChild('LabelMatchers')?.getChild('QuotedLabelName')
  if (quoted) metric ??= unquote(slice(quoted))
  const within: string[] = []
  for (let above = node.parent; above; above = above.parent) {
    const name = above.getChild('FunctionIdentifier') ?? above.getChild('AggregateOp')
    if (name) within.push(slice(name))
  }
  return { metric, matchers, within, ranged: node.parent?.name === 'MatrixSelector' }
}

function groupingOf(node: SyntaxNode, slice: Slice): Omit<Grouping, keyof Span> {
  const labels = node.getChildren('LabelName').map(slice)
  const previous = node.prevSibling?.name.toLowerCase() ?? 'by'
  const kind = previous.startsWith('group') ? 'include' : (previous as Grouping['kind'])
  let scope: SyntaxNode | null = node.parent
  while (scope && scope.name !== 'AggregateExpr' && scope.name !== 'BinaryExpr') scope = scope.parent
  const metrics: string[] = []
  scope?.cursor().iterate((inner) => {
    if (inner.name === 'VectorSelector') metrics.push(selectorOf(inner.node, slice).metric ?? '')
  })
  return { labels, kind, metrics }
}

function secondArgument(node: SyntaxNode, slice: Slice): string[] {
  const body = node.parent?.getChild('FunctionCallBody')
  const text = body?.getChild('StringLiteral')
  return text ? [unquote(slice(text))] : []
}

function unquote(literal: string): string {
  if (literal.startsWith('`')) return literal.slice(1, -1)
  if (literal.startsWith("'")) return literal.slice(1, -1)
  try {
    return JSON.parse(literal) as string
  } catch {
    return literal.slice(1, -1)
  }
}
