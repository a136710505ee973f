// Figures that producers keep themselves: read when metrics are collected, summed over sources with the same labels.
import type { Emit, Labels, Source } from '@rag/core'
import type { MetricName } from '@rag/core/catalogue'
import { catalogue } from '@rag/core/catalogue'
import { resolveLabels } from './define-metric.js'
import type { Metric } from './storage/metric.js'
import type { Series } from './storage/series.js'
import type { Store } from './storage/store.js'

export interface Sources {
  add(source: Source): () => void
  /** Reads all sources into the store, once for all callers of the same moment. */
  collect(): void
}

export function sourcesOf(store: Store): Sources {
  const sources = new Map<Source, number>()
  /** Gauges that came from a source last time: one that nobody reports any more is gone. */
  let reported = new Set<Series>()
  let fresh = false

  const read = (source: Source, take: (metric: Metric, series: Series, value: number) => void) => {
    const emit: Emit = (name: MetricName, value: number, labels?: Labels) => {
      if (!Object.hasOwn(catalogue, name)) return store.drop('unknown_metric')
      const metric = store.get(name)
      if (metric.bounds) return store.drop('unknown_metric')
      if (!Number.isFinite(value) || (metric.definition.kind === 'counter' && value < 0)) {
        store.recorded++
        return store.dropValue(value)
      }
      const series = resolveLabels(metric, labels)
      if (series) take(metric, series, value)
      else store.drop('labels')
    }
    try {
      source.read(emit)
    } catch {
      // A source that fails costs its own figures.
    }
  }

  const retire = (source: Source) => {
    read(source, (metric, series, value) => {
      if (metric.definition.kind !== 'counter') return
      const key = series.labels.join('\0')
      metric.retired.set(key, (metric.retired.get(key) ?? 0) + value)
    })
  }

  return {
    add(source) {
      sources.set(source, (sources.get(source) ?? 0) + 1)
      let done = false
      return () => {
        if (done) return
        done = true
        const left = (sources.get(source) ?? 1) - 1
        if (left > 0) {
          sources.set(source, left)
          return
        }
        sources.delete(source)
        retire(source)
      }
    },
    collect() {
      if (fresh) return
      fresh = true
      queueMicrotask(() => {
        fresh = false
      })
      const pending = new Map<Series, number>()
      const gauges = new Set<Series>()
      for (const source of sources.keys()) {
        read(source, (metric, series, value) => {
          const counter = metric.definition.kind === 'counter'
          if (!counter) gauges.add(series)
          const before = pending.get(series) ?? (counter ? (metric.retired.get(series.labels.join('\0')) ?? 0) : 0)
          pending.set(series, before + value)
        })
      }
      for (const metric of store.metrics.values()) {
        for (const [key, value] of metric.retired) {
          const series = metric.series.get(key)
          if (series) series.values[0] = value
        }
      }
      for (const [series, value] of pending) series.values[0] = value
      for (const series of reported) if (!gauges.has(series)) series.metric.remove(series)
      reported = gauges
    }
  }
}
