// Metrics of the application's own: typed by their definition, bounded like ours.
import { RagError } from '@rag/core'
import type { LabelBound, MetricDefinition } from '@rag/core/catalogue'
import { checkDefinition } from './storage/check-definition.js'
import type { Metric } from './storage/metric.js'
import { add, observe, type Series, set } from './storage/series.js'
import type { Store } from './storage/store.js'

/** What `defineMetric()` takes: a definition of the catalogue without its origin. `{ hashed: 64 }` puts users or tenants into so many buckets. */
export type OwnDefinition = Omit<MetricDefinition, 'from' | 'labels'> & {
  readonly labels?: { readonly [label: string]: LabelBound | { readonly hashed: number } }
}

type ValueOf<B> = B extends { readonly values: readonly (infer V)[] } ? V : string | number | boolean
/** The labels of a definition with the values they take. */
export type LabelsOf<D extends OwnDefinition> = D['labels'] extends { readonly [label: string]: object }
  ? { readonly [L in keyof D['labels']]: ValueOf<D['labels'][L]> }
  : { readonly [label: string]: never }

type Verb<D extends OwnDefinition> = D['kind'] extends 'counter' ? 'inc' : D['kind'] extends 'gauge' ? 'set' : 'observe'
/** Records one value for labels; `inc` adds 1 unless told otherwise. Never throws: what it cannot take is dropped and counted. */
type Record_<D extends OwnDefinition, K extends string> = K extends 'inc'
  ? (labels: LabelsOf<D>, value?: number) => void
  : (labels: LabelsOf<D>, value: number) => void
type Bound<K extends string> = { readonly [V in K]: K extends 'inc' ? (value?: number) => void : (value: number) => void }

/** A metric of the application. */
export type OwnMetric<D extends OwnDefinition> = { readonly [V in Verb<D>]: Record_<D, V> } & {
  /** Resolves a label set once; recording through the result costs a few nanoseconds. */
  with(labels: LabelsOf<D>): Bound<Verb<D>>
}

const VERBS = { counter: add, gauge: set, histogram: observe } as const
const NAMES = { counter: 'inc', gauge: 'set', histogram: 'observe' } as const

/** Makes the handle of a definition; the same definition again gives the same metric. */
export function defineIn<const D extends OwnDefinition>(store: Store, given: D): OwnMetric<D> {
  const definition = checkDefinition(given)
  const present = store.metrics.get(definition.name)
  if (present && JSON.stringify(present.definition) !== JSON.stringify(definition))
    throw new RagError('RAG_METRICS_DEFINITION', {
      option: 'name',
      value: definition.name,
      problem: 'a metric of this name is defined otherwise already',
      fix: 'define it once and import it, or choose another name'
    })
  checkTwins(store, definition.name)
  const metric = present ?? store.add(definition)
  bear(metric)
  const record = VERBS[definition.kind] as (series: Series, value: number) => void
  const verb = NAMES[definition.kind]
  const handle = {
    [verb](labels: unknown, value: unknown = 1) {
      const series = resolveLabels(metric, labels)
      if (series) record(series, typeof value === 'number' ? value : Number.NaN)
      else store.drop('labels')
    },
    with(labels: unknown) {
      const series = resolveLabels(metric, labels)
      if (!series) return { [verb]: () => store.drop('labels') }
      return { [verb]: (value: unknown = 1) => record(series, typeof value === 'number' ? value : Number.NaN) }
    }
  }
  return handle as unknown as OwnMetric<D>
}

/**
 * In OpenMetrics a counter's family is named without `_total`, so nothing else may have that name.
 *
 * @throws RagError `RAG_METRICS_DEFINITION`
 */
export function checkTwins(store: Store, name: string): void {
  const twin = name.endsWith('_total') ? name.slice(0, -'_total'.length) : `${name}_total`
  if (!store.metrics.has(twin)) return
  throw new RagError('RAG_METRICS_DEFINITION', {
    option: 'name',
    value: name,
    problem: `${twin} would be the same family`,
    fix: 'choose another name'
  })
}

/** The label set of an object of labels; undefined when a label is missing, unknown or no plain value. */
export function resolveLabels(metric: Metric, labels: unknown): Series | undefined {
  const { labelNames } = metric
  try {
    const given = (labels ?? {}) as Record<string, unknown>
    const values = new Array<string>(labelNames.length)
    for (let index = 0; index < labelNames.length; index++) {
      const value = given[labelNames[index]!]
      if (typeof value === 'string') values[index] = value
      else if (typeof value === 'number' || typeof value === 'boolean') values[index] = String(value)
      else return undefined
    }
    let count = 0
    for (const _ in given) count++
    return count === labelNames.length ? metric.resolve(values) : undefined
  } catch {
    return undefined
  }
}

const MAX_BORN = 64

/** A counter whose label sets are all known is born at 0, so that its first increment is seen as one. Histograms never are. */
export function bear(metric: Metric): void {
  if (metric.definition.kind !== 'counter') return
  let sets: string[][] = [[]]
  for (const bound of Object.values(metric.definition.labels ?? {})) {
    if (!('values' in bound)) return
    sets = sets.flatMap((set) => bound.values.map((value) => [...set, value]))
    if (sets.length > MAX_BORN) return
  }
  for (const values of sets) metric.resolve(values)
}
