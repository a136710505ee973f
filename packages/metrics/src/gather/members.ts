// What the members of a service have told: kept while they live, and of the dead the counts, so that no total ever falls.
import type { MetricDefinition } from '@rag/core/catalogue'
import { OTHER } from '../storage/labels.js'
import type { Metric } from '../storage/metric.js'
import { addNative } from '../storage/native.js'
import type { Series } from '../storage/series.js'
import { Store } from '../storage/store.js'
import { type Frame, type FrameSeries, nativeOf } from './frame.js'

type Held = Map<string, { definition: MetricDefinition; series: Map<string, FrameSeries> }>

export interface Member {
  take(frame: Frame): void
  /** The member is gone: its gauges go, its counts stay. */
  end(): void
}

export interface Members {
  join(): Member
  /** Whether there is, or was, anybody. */
  readonly any: boolean
  /** The metrics of this process with those of its members; one at a time, so that a caller can pause. */
  merged(own: Iterable<Metric>): Iterable<Metric>
}

export function membersOf(limits: { maxSeries: number; maxSeriesPerMetric: number }): Members {
  const living = new Set<Held>()
  const dead: Held = new Map()
  return {
    get any() {
      return living.size > 0 || dead.size > 0
    },
    join() {
      const held: Held = new Map()
      living.add(held)
      return {
        take({ full, metrics }) {
          if (full) held.clear()
          for (const [definition, all] of metrics) {
            const present = held.get(definition.name) ?? { definition, series: new Map<string, FrameSeries>() }
            held.set(definition.name, present)
            for (const series of all) present.series.set(series[0].join('\0'), series)
          }
        },
        end() {
          if (!living.delete(held)) return
          for (const [name, { definition, series }] of held) {
            if (definition.kind === 'gauge' || (definition.across ?? 'sum') !== 'sum') continue
            // A copy, because a page may be half made from the one before.
            const rest = { definition, series: new Map(dead.get(name)?.series) }
            dead.set(name, rest)
            for (const [key, added] of series) {
              // The dead are bounded like the living.
              const full = rest.series.size >= limits.maxSeriesPerMetric && !rest.series.has(key)
              const labels = full ? added[0].map(() => OTHER) : added[0]
              const kept = labels.join('\0')
              rest.series.set(kept, sum(rest.series.get(kept), [labels, added[1], added[2] ?? null, added[3] ?? null]))
            }
          }
        }
      }
    },
    *merged(own) {
      const parts = [...living, new Map(dead)]
      const seen = new Set<string>()
      const scratch = new Store({ ...limits, mask: (value) => value, warn: () => {} })
      const join = (definition: MetricDefinition, mine: Metric | undefined): Metric => {
        const { name } = definition
        const metric = scratch.add(definition)
        seen.add(name)
        const filled = new Set<Series>()
        const put = (series: FrameSeries) => combine(metric, metric.resolve(series[0]), series, filled)
        for (const { labels, values, exemplars, native } of mine?.series.values() ?? []) {
          const series = metric.resolve(labels)
          series.values.set(values)
          series.exemplars = exemplars
          if (native) series.native = { ...native, counts: new Map(native.counts) }
          filled.add(series)
        }
        for (const part of parts) for (const series of part.get(name)?.series.values() ?? []) put(series)
        scratch.size -= metric.series.size
        return metric
      }
      for (const metric of own) {
        if (parts.some((part) => part.has(metric.definition.name))) yield join(metric.definition, metric)
        else yield metric
        seen.add(metric.definition.name)
      }
      for (const part of parts)
        for (const { definition } of part.values()) if (!seen.has(definition.name)) yield join(definition, undefined)
    }
  }
}

function combine({ definition }: Metric, series: Series, told: FrameSeries, filled: Set<Series>): void {
  const across = definition.across ?? 'sum'
  const [, values, exemplars] = told
  const first = !filled.has(series)
  filled.add(series)
  for (let index = 0; index < series.values.length; index++) {
    const [mine, theirs] = [series.values[index]!, values[index] ?? 0]
    if (first) series.values[index] = theirs
    else series.values[index] = across === 'max' ? Math.max(mine, theirs) : across === 'min' ? Math.min(mine, theirs) : mine + theirs
  }
  if (exemplars) series.exemplars = exemplars.map((exemplar, index) => exemplar ?? series.exemplars?.[index])
  const native = nativeOf(told)
  if (native && series.native) addNative(series.native, native)
  else if (native) series.native = native
}

function sum(before: FrameSeries | undefined, added: FrameSeries): FrameSeries {
  if (!before) return added
  const values = added[1].map((value, index) => value + (before[1][index] ?? 0))
  const [first, second] = [nativeOf(before), nativeOf(added)]
  if (first && second) addNative(first, second)
  const native = first ?? second
  return [added[0], values, added[2] ?? before[2] ?? null, native ? { ...native, counts: [...native.counts] } : null]
}
