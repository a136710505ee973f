// What a process or thread tells the one that gathers: the label sets that have changed since it last told.
import type { MetricDefinition } from '@rag/core/catalogue'
import type { Metric } from '../storage/metric.js'
import type { NativeData } from '../storage/native.js'
import type { Exemplar, Series } from '../storage/series.js'

/** One label set: labels, values, exemplars by bucket, native buckets. */
export type FrameSeries = readonly [
  labels: readonly string[],
  values: readonly number[],
  exemplars?: readonly (Exemplar | null)[] | null,
  native?: { schema: number; zero: number; counts: readonly (readonly [number, number])[] } | null
]

export interface Frame {
  /** What was told before is void, as after label sets were removed. */
  full: boolean
  metrics: readonly (readonly [definition: MetricDefinition, series: readonly FrameSeries[]])[]
  /** Answers the question with this number. */
  answers?: number
}

/** Makes frames; each holds what the one before did not. */
export interface Frames {
  next(): Frame
  /** Whoever listens now has heard nothing. */
  reset(): void
}

type Told = Map<string, Map<string, Float64Array>>

export function framesOf(metrics: () => Iterable<Metric>): Frames {
  let told: Told | undefined
  return {
    next() {
      const list = [...metrics()]
      if (told) {
        let size = 0
        for (const held of told.values()) size += held.size
        const { frame, known } = changes(list, told)
        if (known === size) return { full: false, metrics: frame }
      }
      // Something that was told is gone, or nothing was: everything is told anew.
      told = new Map()
      return { full: true, metrics: changes(list, told).frame }
    },
    reset() {
      told = undefined
    }
  }
}

/** What differs from what was told, which is updated; and how many label sets of that are still there. */
function changes(metrics: readonly Metric[], told: Told): { frame: Frame['metrics']; known: number } {
  let known = 0
  const frame: [MetricDefinition, FrameSeries[]][] = []
  for (const { definition, series: all } of metrics) {
    const held = told.get(definition.name) ?? new Map<string, Float64Array>()
    const changed: FrameSeries[] = []
    for (const [key, series] of all) {
      const last = held.get(key)
      if (last) known++
      if (last && same(last, series.values)) continue
      if (last) last.set(series.values)
      else held.set(key, Float64Array.from(series.values))
      changed.push(frameOf(series))
    }
    if (changed.length === 0) continue
    told.set(definition.name, held)
    frame.push([definition, changed])
  }
  return { frame, known }
}

function frameOf({ labels, values, exemplars, native }: Series): FrameSeries {
  return [
    labels,
    Array.from(values),
    exemplars?.map((exemplar) => exemplar ?? null) ?? null,
    native ? { schema: native.schema, zero: native.zero, counts: [...native.counts] } : null
  ]
}

function same(first: Float64Array, second: Float64Array): boolean {
  for (let index = 0; index < first.length; index++) if (first[index] !== second[index]) return false
  return true
}

/** Native buckets out of a frame. */
export function nativeOf([, , , native]: FrameSeries): NativeData | undefined {
  return native ? { schema: native.schema, zero: native.zero, counts: new Map(native.counts) } : undefined
}
