// Collectors ask a store on their own schedule, with a time-out; a scrape shows what the last run found and waits for nothing.
import { type Duration, durationMs, type Emit, type Labels, LONGEST_TIMER_MS, type Source } from '@rag/core'
import type { MetricName } from '@rag/core/catalogue'

/** Reads the figures of a store. Made by `postgresCollector()` and its like, or your own. */
export interface Collector {
  /** Shown as the label `collector`; bounded. */
  readonly name: string
  /** Gives its figures by `emit`; what it gave before it failed is kept. */
  collect(emit: Emit, timeoutMs: number): Promise<void>
  /** Undoes what the collector has hooked. */
  close?(): void
}

export interface CollectOptions {
  /** Time between the ends of two runs. @default '30s' */
  every?: Duration
  /** Longest time of one run. @default '10s' */
  timeout?: Duration
}

export interface RunningCollector {
  readonly source: Source
  /** Runs once now, whatever the schedule says. */
  run(): Promise<void>
  stop(): void
}

/** Figures older than this many failed runs are no longer shown. */
const MAX_FAILURES = 5

/** @throws RagError `RAG_CORE_DURATION` */
export function runCollector(collector: Collector, { every = '30s', timeout = '10s' }: CollectOptions = {}): RunningCollector {
  const everyMs = durationMs('every', every)
  const timeoutMs = durationMs('timeout', timeout)
  type Figure = readonly [name: MetricName, value: number, labels: Labels | undefined]
  let figures: readonly Figure[] = []
  let running: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let failures = 0
  let inARow = 0
  let success = 0
  let stopped = false

  const once = async () => {
    const found: Figure[] = []
    try {
      await within(
        timeoutMs,
        collector.collect((...figure) => void found.push(figure as unknown as Figure), timeoutMs)
      )
      success = Date.now() / 1000
      inARow = 0
      figures = found
    } catch {
      failures++
      inARow++
      if (found.length > 0) figures = [...found, ...figures.filter(([name]) => !found.some(([other]) => other === name))]
      if (inARow >= MAX_FAILURES) figures = []
    }
  }
  const run = () => {
    running ??= once().finally(() => {
      running = undefined
      clearTimeout(timer)
      if (!stopped) timer = setTimeout(run, Math.min(everyMs, LONGEST_TIMER_MS)).unref()
    })
    return running
  }
  timer = setTimeout(run, 0).unref()
  return {
    run,
    stop() {
      stopped = true
      clearTimeout(timer)
      collector.close?.()
    },
    source: {
      read(emit) {
        const labels = { collector: collector.name }
        emit('rag_collector_failures_total', failures, labels)
        emit('rag_collector_last_success_timestamp_seconds', success, labels)
        for (const [name, value, given] of figures) emit(name, value, given)
      }
    }
  }
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the collector ran out of time')), Math.min(ms, LONGEST_TIMER_MS)).unref()
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
    // Whatever the work does after its time is nobody's business any more.
    work.catch(() => {})
  }
}
