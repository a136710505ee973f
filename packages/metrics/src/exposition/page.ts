// One scrape: drained, collected, rendered in slices, shared by everyone who asks meanwhile.
import type { Metric } from '../storage/metric.js'
import { renderForeign } from './foreign.js'
import type { Format } from './format.js'
import { renderMetric } from './render.js'

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
const SLICE_MS = 3

export interface Pages {
  /** The pieces of the page; the same array for all who ask while it is made. */
  pieces(format: Format): Promise<readonly string[]>
}

export function pagesOf(parts: PageParts): Pages {
  const running = new Map<Format, Promise<readonly string[]>>()
  return {
    pieces(format) {
      const present = running.get(format)
      if (present) return present
      const made = make(parts, format).finally(() => running.delete(format))
      running.set(format, made)
      return made
    }
  }
}

async function make(parts: PageParts, format: Format): Promise<readonly string[]> {
  const start = performance.now()
  await parts.prepare?.()
  parts.collect()
  const pieces: string[] = []
  let slice = performance.now()
  const pause = async () => {
    if (performance.now() - slice < SLICE_MS) return
    await new Promise((resolve) => setImmediate(resolve))
    slice = performance.now()
  }
  for (const metric of parts.metrics()) {
    for (const piece of renderMetric(metric, format)) {
      pieces.push(piece)
      await pause()
    }
  }
  const { metrics, defaults } = parts.foreign()
  for (const metric of metrics) {
    pieces.push(await renderForeign(metric, format, defaults))
    await pause()
  }
  if (format === 'openmetrics') pieces.push('# EOF\n')
  parts.scraped((performance.now() - start) / 1000)
  return pieces
}
