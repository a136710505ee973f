// The largest few of very many: figures by user or tenant, bounded, for those who ask for them.
import { RagError } from '@rag/core'
import type { MetricDefinition } from '@rag/core/catalogue'
import { checkTwins } from './define-metric.js'
import { checkDefinition } from './storage/check-definition.js'
import { OTHER } from './storage/labels.js'
import { set } from './storage/series.js'
import type { Store } from './storage/store.js'

export interface TopDefinition {
  /** Base name, such as `rag_user_tokens`; without `_total`, since who is among the largest changes. */
  name: string
  help: string
  /** The label whose largest values are shown. */
  label: string
  /** How many are shown; the rest is one value, `__other__`. @default 10 */
  top?: number
  unit?: NonNullable<MetricDefinition['unit']>
}

export interface Top {
  /** Adds to the amount of one value; what is no text or no amount is dropped and counted. */
  add(value: string, amount?: number): void
}

const MAX_TOP = 100
/** Candidates kept for each place; amounts of those that come and go are known up to the smallest of them. */
const CANDIDATES = 10

/**
 * Makes the figure and its refresh, which a collection calls. Who is kept follows the Space-Saving algorithm
 * (Metwally, Agrawal, El Abbadi: Efficient computation of frequent and top-k elements in data streams, 2005):
 * whoever has more than 1 / (10 × top) of everything is always among the candidates.
 *
 * @throws RagError `RAG_METRICS_DEFINITION`
 */
export function topOf(store: Store, given: TopDefinition): { handle: Top; refresh(): void } {
  const { name, help, label, top = 10, unit } = given ?? ({} as TopDefinition)
  if (!Number.isInteger(top) || top < 1 || top > MAX_TOP)
    throw new RagError('RAG_METRICS_DEFINITION', {
      option: 'top',
      value: top,
      problem: `this is no number of places (metric ${String(name)})`,
      fix: `give a whole number from 1 to ${MAX_TOP}`
    })
  const definition = checkDefinition({ name, help, kind: 'gauge', labels: { [label]: { max: top } }, ...(unit && { unit }) })
  if (store.metrics.has(name))
    throw new RagError('RAG_METRICS_DEFINITION', {
      option: 'name',
      value: name,
      problem: 'a metric of this name is defined already',
      fix: 'define it once and import it, or choose another name'
    })
  checkTwins(store, name)
  const metric = store.add(definition)
  const amounts = new Map<string, number>()
  const capacity = top * CANDIDATES
  let total = 0
  return {
    handle: {
      add(value, amount = 1) {
        if (typeof value !== 'string') return store.drop('labels')
        store.recorded++
        if (typeof amount !== 'number' || !(amount >= 0 && amount < Number.POSITIVE_INFINITY))
          return store.dropValue(typeof amount === 'number' ? amount : Number.NaN)
        const key = value.slice(0, 128)
        total += amount
        const known = amounts.get(key)
        if (known !== undefined || amounts.size < capacity) {
          amounts.set(key, (known ?? 0) + amount)
          return
        }
        // The smallest gives its place, and its amount, to the newcomer.
        let smallest = ''
        let least = Number.POSITIVE_INFINITY
        for (const [candidate, has] of amounts) {
          if (has >= least) continue
          least = has
          smallest = candidate
        }
        amounts.delete(smallest)
        amounts.set(key, least + amount)
      }
    },
    refresh() {
      const largest = [...amounts].sort(([, a], [, b]) => b - a).slice(0, top)
      const names = new Set(largest.map(([value]) => value))
      for (const series of [...metric.series.values()]) if (!names.has(series.labels[0]!)) metric.remove(series)
      let shown = 0
      for (const [value, amount] of largest) {
        shown += amount
        set(metric.resolve([value]), amount)
      }
      if (total > 0) set(metric.resolve([OTHER]), Math.max(0, total - shown))
    }
  }
}
