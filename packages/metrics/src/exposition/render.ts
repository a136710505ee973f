// Our metrics as text, written in place a few label sets at a time.
import type { Metric } from '../storage/metric.js'
import type { Exemplar, Series } from '../storage/series.js'
import { boundText, headText, numberText, type TextFormat } from './format.js'
import { type Sheets, WIDEST } from './sheets.js'

/** Label sets between two pauses; a histogram has some thirty lines each. */
const PIECE = 16
/** Most bytes of a line after its name and labels: a bound, a number, what stands around them. */
const ENDING = 64

const NEW_LINE = Buffer.from('\n')

/** The lines of a metric; nothing for one without a label set. Each step is a place for a pause. */
export function* renderMetric(metric: Metric, format: TextFormat, page: Sheets): Generator<void> {
  if (metric.series.size === 0) return
  page.text(headText(metric.definition, format))
  const write = metric.bounds ? histogramLines(metric, format, page) : simpleLine(metric, page)
  let count = 0
  for (const series of metric.series.values()) {
    write(series)
    if (++count % PIECE === 0) yield
  }
}

function simpleLine({ definition: { name } }: Metric, page: Sheets): (series: Series) => void {
  return ({ text, values }) =>
    page.text(text === '' ? `${name} ${numberText(values[0]!)}\n` : `${name}{${text}} ${numberText(values[0]!)}\n`)
}

function histogramLines({ definition: { name }, bounds }: Metric, format: TextFormat, page: Sheets): (series: Series) => void {
  const ends = [...bounds!, Number.POSITIVE_INFINITY].map((bound) => Buffer.from(`le="${boundText(bound)}"} `))
  const open = format === 'openmetrics'
  return ({ text, values, exemplars }) => {
    const start = text === '' ? `${name}_bucket{` : `${name}_bucket{${text},`
    const labels = text === '' ? ' ' : `{${text}} `
    const shown = open ? exemplars : undefined
    // A label set that no sheet holds as a whole, or whose lines have no length known before, is written a line at a time.
    const fits = shown === undefined && page.reserve((start.length * WIDEST + ENDING) * ends.length)
    const from = page.place
    let to = from
    let total = 0
    for (let index = 0; index < ends.length; index++) {
      total += values[index]!
      if (fits && index > 0) page.again(from, to)
      else {
        page.text(start)
        to = page.place
        if (!fits) page.reserve(ENDING)
      }
      page.put(ends[index]!)
      page.count(total)
      const exemplar = shown?.[index]
      if (exemplar) page.text(exemplarText(exemplar))
      else page.put(NEW_LINE)
    }
    page.text(`${name}_sum${labels}${numberText(values[ends.length]!)}\n${name}_count${labels}${total}\n`)
  }
}

function exemplarText({ traceId, spanId, value, time }: Exemplar): string {
  return ` # {trace_id="${traceId}",span_id="${spanId}"} ${numberText(value)} ${(time / 1000).toFixed(3)}\n`
}
