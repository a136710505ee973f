// One metric and its label sets, bounded: by the values of each label, by label sets a metric, by label sets a process.
import type { MetricDefinition } from '@rag/core/catalogue'
import { cleanValue, labelText, OTHER } from './labels.js'
import { newNative } from './native.js'
import { Series } from './series.js'
import type { Store } from './store.js'

export class Metric {
  readonly labelNames: readonly string[]
  readonly bounds: Float64Array | undefined
  /** Whether its label sets keep native buckets too. */
  readonly hasNative: boolean
  readonly series = new Map<string, Series>()
  /** Label sets asked for beyond a bound. */
  overflowed = 0
  /** What sources that are gone had counted, so that a counter does not fall when a cache is closed. */
  readonly retired = new Map<string, number>()
  private readonly closed: (ReadonlySet<string> | undefined)[]
  private readonly seen: Set<string>[]
  private readonly limits: number[]
  private readonly hashed: boolean[]

  constructor(
    readonly definition: MetricDefinition,
    readonly store: Store
  ) {
    const labels = Object.entries(definition.labels ?? {})
    this.labelNames = labels.map(([name]) => name)
    this.closed = labels.map(([, bound]) => ('values' in bound ? new Set(bound.values) : undefined))
    this.seen = labels.map(() => new Set())
    this.limits = labels.map(([, bound]) => ('max' in bound ? bound.max : 0))
    this.hashed = labels.map(([, bound]) => 'max' in bound && bound.hashed === true)
    this.hasNative = store.hasNative(definition)
    this.bounds = definition.kind === 'histogram' ? Float64Array.from(definition.buckets ?? []) : undefined
  }

  /** The label set of these values, in the order of the definition; beyond a bound that of the overflow value. Never throws. */
  resolve(values: readonly string[]): Series {
    return this.series.get(values.join('\0')) ?? this.admit(values)
  }

  /** Whether every value of these is kept as it is, so that a caller may hold the handle. */
  holds(series: Series, values: readonly string[]): boolean {
    return series.labels.every((value, index) => value === values[index])
  }

  reset(): void {
    for (const series of this.series.values()) {
      series.values.fill(0)
      series.exemplars = undefined
      if (series.native) series.native = newNative()
    }
    this.retired.clear()
  }

  remove(series: Series): void {
    if (!this.series.delete(series.labels.join('\0'))) return
    this.store.size--
    this.store.generation++
    this.limits.forEach((limit, index) => {
      const value = series.labels[index]!
      if (limit > 0 && ![...this.series.values()].some((other) => other.labels[index] === value)) this.seen[index]!.delete(value)
    })
  }

  private admit(values: readonly string[]): Series {
    let beyond = false
    const canonical = this.labelNames.map((_, index) => {
      const value = this.bound(index, values[index] ?? '')
      if (value === OTHER && values[index] !== OTHER) beyond = true
      return value
    })
    if (beyond) this.store.overflow(this)
    const known = this.series.get(canonical.join('\0'))
    if (known) return known
    if (this.store.isFull(this) && this.labelNames.length > 0) {
      if (!beyond) this.store.overflow(this)
      const rest = this.labelNames.map(() => OTHER)
      return this.series.get(rest.join('\0')) ?? this.create(rest)
    }
    canonical.forEach((value, index) => {
      if (value !== OTHER && !this.closed[index]) this.seen[index]!.add(value)
    })
    return this.create(canonical)
  }

  private create(labels: readonly string[]): Series {
    const series = new Series(this, labels, labelText(this.labelNames, labels))
    this.series.set(labels.join('\0'), series)
    this.store.size++
    return series
  }

  private bound(index: number, value: string): string {
    const closed = this.closed[index]
    if (closed) return closed.has(value) ? value : OTHER
    if (this.hashed[index]) return value === OTHER ? value : bucketOf(value, this.limits[index]!)
    const seen = this.seen[index]!
    if (seen.has(value) || value === OTHER) return value
    // Once a label is full, a stranger's value costs neither masking nor memory.
    if (seen.size >= this.limits[index]!) return OTHER
    return cleanValue(this.store.mask(value))
  }
}

/** FNV-1a: the same value falls into the same bucket in every process. */
function bucketOf(value: string, buckets: number): string {
  let hash = 0x811c9dc5
  for (let index = 0; index < value.length && index < 256; index++) hash = Math.imul(hash ^ value.charCodeAt(index), 0x01000193)
  return String((hash >>> 0) % buckets)
}
