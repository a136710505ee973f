// Numbers, names and heads of families as the two text formats spell them.
// https://prometheus.io/docs/instrumenting/exposition_formats/ and https://prometheus.io/docs/specs/om/open_metrics_spec/
import type { MetricDefinition } from '@rag/core/catalogue'

export type TextFormat = 'prometheus' | 'openmetrics'
export type Format = TextFormat | 'protobuf'

export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  protobuf: 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited'
}

/** OpenMetrics if the caller asks for it at least as much as for plain text; protobuf only where there are native histograms for it. */
export function negotiate(accept: string | undefined, native = false): Format {
  if (accept === undefined) return 'prometheus'
  const best = { prometheus: 0, openmetrics: 0, protobuf: 0 }
  for (const part of accept.slice(0, MAX_ACCEPT).split(',')) {
    const [type, ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase())
    const quality = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1) || 0
    if (type === 'application/openmetrics-text') best.openmetrics = Math.max(best.openmetrics, quality)
    else if (type === 'text/plain') best.prometheus = Math.max(best.prometheus, quality)
    else if (native && type === 'application/vnd.google.protobuf' && parameters.includes('encoding=delimited'))
      best.protobuf = Math.max(best.protobuf, quality)
  }
  if (best.protobuf > 0 && best.protobuf >= best.openmetrics && best.protobuf >= best.prometheus) return 'protobuf'
  return best.openmetrics > 0 && best.openmetrics >= best.prometheus ? 'openmetrics' : 'prometheus'
}

/** Longest header that is read. */
const MAX_ACCEPT = 2048

export function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value)
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
}

/**
 * A bound as OpenMetrics wants it: `1` is `1.0`, a million is `1e+06`. Both formats use it, so a series keeps its name whichever is asked for.
 * Prometheus 3 rewrites bounds to this form by itself.
 */
export function boundText(bound: number): string {
  if (bound === Number.POSITIVE_INFINITY) return '+Inf'
  const size = Math.abs(bound)
  if (size !== 0 && (size >= 1e6 || size < 1e-4)) return bound.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
  return Number.isInteger(bound) ? `${bound}.0` : String(bound)
}

/** A family is named without `_total` in OpenMetrics. */
function familyName(name: string, format: TextFormat): string {
  return format === 'openmetrics' ? name.replace(/_total$/, '') : name
}

export function headText(
  { name, kind, help, unit }: Pick<MetricDefinition, 'name' | 'kind' | 'help' | 'unit'>,
  format: TextFormat
): string {
  const family = familyName(name, format)
  const escaped = help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')
  const open = format === 'openmetrics'
  let text = `# HELP ${family} ${open ? escaped.replace(/"/g, '\\"') : escaped}\n# TYPE ${family} ${kind}\n`
  if (open && unit && family.endsWith(`_${unit}`)) text += `# UNIT ${family} ${unit}\n`
  return text
}
