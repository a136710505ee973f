// One scrape: drained, collected, rendered in slices, shared by everyone who asks meanwhile.
import type { Metric } from '../storage/metric.js'
import { renderForeign, viewForeign } from './foreign.js'
import type { Format } from './format.js'
import { renderProto } from './protobuf.js'
import { renderMetric } from './render.js'
import { newShelf, Sheets } from './sheets.js'
import { type MetricView, viewOf } from './view.js'

export interface PageParts {
  /** Brings the store up to this moment. */
  collect(): void
  metrics(): Iterable<Metric>
  /** Metrics of others, and the labels that their registry adds. */
  foreign(): { metrics: readonly unknown[]; defaults: Readonly<Record<string, string | number>> }
  /** What waits for others, such as the figures of worker threads. */
  prepare?(): Promise<void>
  scraped(seconds: number): void
}

/** Longest stretch of rendering before other work has its turn, in milliseconds. */
const SLICE_MS = 1

export interface Page {
  /** The same array for all who ask while it is made. */
  readonly pieces: readonly Uint8Array[]
  /** To be called when this caller has no more use for the pieces. Without it their memory is not used again. */
  done(): void
}

export interface Pages {
  page(format: Format): Promise<Page>
  /** Hands every metric over, in slices, for encoders of their own. */
  views(take: (view: MetricView) => Iterable<unknown>): Promise<void>
}

export function pagesOf(parts: PageParts): Pages {
  const running = new Map<Format, { readonly made: Promise<Sheets>; readers: number }>()
  const shelf = newShelf()
  const start = (format: Format) => {
    const making = { made: make(parts, format, new Sheets(shelf)).finally(() => running.delete(format)), readers: 0 }
    running.set(format, making)
    return making
  }
  return {
    async page(format) {
      const making = running.get(format) ?? start(format)
      making.readers++
      const sheets = await making.made
      let reading = true
      return {
        pieces: sheets.pieces,
        done() {
          if (reading && --making.readers === 0) shelf.give(sheets.taken)
          reading = false
        }
      }
    },
    views: (take) =>
      walk(
        parts,
        (metric) => take(viewOf(metric)),
        async (metric, defaults) => {
          const view = await viewForeign(metric, defaults)
          for (const _ of view ? take(view) : []);
        }
      )
  }
}

async function make(parts: PageParts, format: Format, sheets: Sheets): Promise<Sheets> {
  const start = performance.now()
  await walk(
    parts,
    (metric) => (format === 'protobuf' ? renderProto(viewOf(metric), sheets) : renderMetric(metric, format, sheets)),
    async (metric, defaults) => {
      if (format !== 'protobuf') return sheets.text(await renderForeign(metric, format, defaults))
      const view = await viewForeign(metric, defaults)
      for (const _ of view ? renderProto(view, sheets) : []);
    }
  )
  if (format === 'openmetrics') sheets.text('# EOF\n')
  sheets.finish()
  parts.scraped((performance.now() - start) / 1000)
  return sheets
}

/** Goes over all metrics; between two steps of `ours` other work has its turn when a slice is over. */
async function walk(
  parts: PageParts,
  ours: (metric: Metric) => Iterable<unknown>,
  theirs: (metric: unknown, defaults: Readonly<Record<string, string | number>>) => Promise<void>
): Promise<void> {
  await parts.prepare?.()
  parts.collect()
  let slice = performance.now()
  const pause = async () => {
    if (performance.now() - slice < SLICE_MS) return
    await new Promise((resolve) => setImmediate(resolve))
    slice = performance.now()
  }
  for (const metric of parts.metrics()) {
    await pause()
    for (const _ of ours(metric)) await pause()
  }
  const { metrics, defaults } = parts.foreign()
  for (const metric of metrics) {
    await theirs(metric, defaults)
    await pause()
  }
}
