// One scrape: drained, collected, rendered in slices, shared by everyone who asks meanwhile.
import type { Metric } from '../storage/metric.js'
import { renderForeign, viewForeign } from './foreign.js'
import type { Format } from './format.js'
import { renderProto } from './protobuf.js'
import { renderMetric } from './render.js'
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

export interface Pages {
  /** The pieces of the page; the same array for all who ask while it is made. */
  pieces(format: Format): Promise<readonly Uint8Array[]>
  /** Hands every metric over, in slices, for encoders of their own. */
  views(take: (view: MetricView) => Iterable<unknown>): Promise<void>
}

export function pagesOf(parts: PageParts): Pages {
  const running = new Map<Format, Promise<readonly Uint8Array[]>>()
  return {
    pieces(format) {
      const present = running.get(format)
      if (present) return present
      const made = make(parts, format).finally(() => running.delete(format))
      running.set(format, made)
      return made
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

async function make(parts: PageParts, format: Format): Promise<readonly Uint8Array[]> {
  const start = performance.now()
  const pieces: Uint8Array[] = []
  // Bytes at once: text put together from small pieces would be copied by the collector again and again while the page is made.
  const take = (piece: string | Uint8Array) => {
    if (piece.length > 0) pieces.push(typeof piece === 'string' ? Buffer.from(piece) : piece)
  }
  const keep = function* (made: Iterable<string | Uint8Array>): Generator<void> {
    for (const piece of made) {
      take(piece)
      yield
    }
  }
  await walk(
    parts,
    (metric) => keep(format === 'protobuf' ? renderProto(viewOf(metric)) : renderMetric(metric, format)),
    async (metric, defaults) => {
      if (format !== 'protobuf') return take(await renderForeign(metric, format, defaults))
      const view = await viewForeign(metric, defaults)
      for (const piece of view ? renderProto(view) : []) take(piece)
    }
  )
  if (format === 'openmetrics') take('# EOF\n')
  parts.scraped((performance.now() - start) / 1000)
  return pieces
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
