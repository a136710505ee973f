// Our metrics as text, a piece at a time.
import type { Metric } from '../storage/metric.js'
import type { Exemplar, Series } from '../storage/series.js'
import { boundText, headText, numberText, type TextFormat } from './format.js'

/** Label sets in a piece; a histogram has some thirty lines each. */
const PIECE = 16

/** The lines of a metric; nothing for one without a label set. */
export function* renderMetric(metric: Metric, format: TextFormat): Generator<string> {
  if (metric.series.size === 0) return
  let text = headText(metric.definition, format)
  const line = metric.bounds ? histogramLines(metric, format) : simpleLine(metric)
  let count = 0
  for (const series of metric.series.values()) {
    text += line(series)
    if (++count % PIECE === 0) {
      yield text
      text = ''
    }
  }
  if (text !== '') yield text
}

function simpleLine({ definition: { name } }: Metric): (series: Series) => string {
  return ({ text, values }) => (text === '' ? `${name} ${numberText(values[0]!)}\n` : `${name}{${text}} ${numberText(values[0]!)}\n`)
}

function histogramLines({ definition: { name }, bounds }: Metric, format: TextFormat): (series: Series) => string {
  const ends = [...bounds!, Number.POSITIVE_INFINITY].map((bound) => `le="${boundText(bound)}"} `)
  const open = format === 'openmetrics'
  return ({ text, values, exemplars }) => {
    const start = text === '' ? `${name}_bucket{` : `${name}_bucket{${text},`
    const labels = text === '' ? ' ' : `{${text}} `
    let lines = ''
    let total = 0
    for (let index = 0; index < ends.length; index++) {
      total += values[index]!
      lines += start + ends[index] + total
      const exemplar = open ? exemplars?.[index] : undefined
      lines += exemplar ? exemplarText(exemplar) : '\n'
    }
    return `${lines}${name}_sum${labels}${numberText(values[ends.length]!)}\n${name}_count${labels}${total}\n`
  }
}

function exemplarText({ traceId, spanId, value, time }: Exemplar): string {
  return ` # {trace_id="${traceId}",span_id="${spanId}"} ${numberText(value)} ${(time / 1000).toFixed(3)}\n`
}
