// The spans of one trace as a tree.
import type { ReadSpan } from './read/spans.js'

export interface TraceNode {
  readonly span: ReadSpan
  readonly children: readonly TraceNode[]
}

/** The roots of a trace, their children in order of time. A span whose parent did not arrive is a root too. */
export function treeOf(spans: readonly ReadSpan[], traceId: string): TraceNode[] {
  const own = spans.filter((span) => span.traceId === traceId).sort((a, b) => a.startMs - b.startMs)
  const ids = new Set(own.map(({ spanId }) => spanId))
  const under = (parentId: string): TraceNode[] =>
    own.filter(({ parentSpanId }) => parentSpanId === parentId).map((span) => ({ span, children: under(span.spanId) }))
  return own.filter(({ parentSpanId }) => !ids.has(parentSpanId)).map((span) => ({ span, children: under(span.spanId) }))
}

/** One line a span: its place, its service, its duration. */
export function drawTree(nodes: readonly TraceNode[]): string[] {
  const lines: { text: string; service: string; ms: number; failed: boolean }[] = []
  const walk = ({ span, children }: TraceNode, branch: string, indent: string) => {
    lines.push({ text: `${branch}${span.name}`, service: span.service, ms: span.durationMs, failed: span.status === 2 })
    children.forEach((child, index) => {
      const last = index === children.length - 1
      walk(child, `${indent}${last ? '└─ ' : '├─ '}`, `${indent}${last ? '   ' : '│  '}`)
    })
  }
  for (const node of nodes) walk(node, '', '')
  const width = Math.max(0, ...lines.map(({ text }) => text.length))
  return lines.map(
    ({ text, service, ms, failed }) =>
      `${text.padEnd(width)}  ${service.padEnd(11)} ${ms.toFixed(1).padStart(8)} ms${failed ? '  error' : ''}`
  )
}
