// Prints traces as trees, for development.
import { Console } from 'node:console'
import { SpanStatusCode } from '@opentelemetry/api'
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base'
import { fromHrTime } from '../span/time.js'

const SHOWN = ['http.response.status_code', 'rag.outcome', 'db.query.text', 'error.type', 'rag.documents']

/** An exporter that writes each batch as trees; children whose parent is elsewhere stand at the left. */
export function createConsoleExporter(write: (text: string) => void = toStandardOutput()): SpanExporter {
  return {
    export(spans, done) {
      write(drawTrees(spans))
      done({ code: 0 })
    },
    shutdown: () => Promise.resolve()
  }
}

/** Whoever reads may close the pipe; that is no error of the application. */
function toStandardOutput(): (text: string) => void {
  const output = new Console({ stdout: process.stdout, ignoreErrors: true })
  return (text) => output.log(text.trimEnd())
}

function drawTrees(spans: readonly ReadableSpan[]): string {
  const ids = new Set(spans.map((span) => span.spanContext().spanId))
  const children = new Map<string, ReadableSpan[]>()
  const roots: ReadableSpan[] = []
  for (const span of [...spans].sort((a, b) => fromHrTime(a.startTime) - fromHrTime(b.startTime))) {
    const parent = span.parentSpanContext?.spanId
    if (parent === undefined || !ids.has(parent)) roots.push(span)
    else children.set(parent, [...(children.get(parent) ?? []), span])
  }
  const lines: string[] = []
  const draw = (span: ReadableSpan, lead: string, branch: string): void => {
    lines.push(`${lead}${branch}${describeLine(span)}`)
    const below = children.get(span.spanContext().spanId) ?? []
    const indent = lead + (branch === '' ? '' : branch === '└─ ' ? '   ' : '│  ')
    below.forEach((child, index) => {
      draw(child, indent, index === below.length - 1 ? '└─ ' : '├─ ')
    })
  }
  for (const root of roots) {
    lines.push(`trace ${root.spanContext().traceId}`)
    draw(root, '', '')
  }
  return lines.join('\n') + '\n'
}

function describeLine(span: ReadableSpan): string {
  const facts = SHOWN.filter((key) => span.attributes[key] !== undefined).map(
    (key) => `${key.slice(key.lastIndexOf('.') + 1)}=${String(span.attributes[key])}`
  )
  const mark = span.status.code === SpanStatusCode.ERROR ? ' ERROR' : ''
  return `${span.name} ${fromHrTime(span.duration).toFixed(1)} ms${mark}${facts.length > 0 ? ' ' + facts.join(' ') : ''}`
}
