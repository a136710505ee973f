// Quantiles of a histogram as `histogram_quantile` of Prometheus computes them.
import { matching, type Sample } from './exposition.js'

export interface Bucket {
  /** Upper bound; the last one is +Inf. */
  readonly le: number
  /** Observations up to the bound. */
  readonly count: number
}

/** The cumulative buckets of a histogram, summed over all label sets that match. */
export function bucketsOf(samples: readonly Sample[], name: string, labels: Readonly<Record<string, string>> = {}): Bucket[] {
  const counts = new Map<number, number>()
  for (const {
    labels: { le = '' },
    value
  } of matching(samples, `${name}_bucket`, labels)) {
    const bound = le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le)
    counts.set(bound, (counts.get(bound) ?? 0) + value)
  }
  return [...counts].map(([le, count]) => ({ le, count })).sort((a, b) => a.le - b.le)
}

/**
 * The value below which a share of the observations lies, interpolated within its bucket; undefined without observations.
 * Beyond the last finite bound it is that bound.
 *
 * @example
 * quantile([{ le: 1, count: 5 }, { le: 2, count: 10 }, { le: Infinity, count: 10 }], 0.5) // 1
 */
export function quantile(buckets: readonly Bucket[], share: number): number | undefined {
  const all = buckets.at(-1)?.count ?? 0
  if (all === 0) return undefined
  const rank = share * all
  const index = buckets.findIndex(({ count }) => count >= rank)
  const { le, count } = buckets[index]!
  const { le: below, count: before } = buckets[index - 1] ?? { le: 0, count: 0 }
  if (le === Number.POSITIVE_INFINITY) return below
  return count === before ? le : below + (le - below) * ((rank - before) / (count - before))
}
