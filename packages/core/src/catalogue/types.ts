// What a metric definition says. Plain data: docs, dashboards, rules and tests are made from it.

/**
 * How many values a label may take: a closed list, or a cap beyond which the value becomes `__other__`.
 * With `hashed` the values are the numbers of `max` buckets, and each given value falls into one of them.
 */
export type LabelBound = { readonly values: readonly string[] } | { readonly max: number; readonly hashed?: true }

export interface MetricDefinition {
  /** Prometheus name with its base unit and, for a counter, `_total`. */
  readonly name: string
  readonly kind: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  readonly unit?: 'seconds' | 'bytes' | 'tokens' | 'usd' | 'ratio' | 'celsius'
  readonly labels?: { readonly [label: string]: LabelBound }
  /** Upper bounds of a histogram, ascending, without +Inf. */
  readonly buckets?: readonly number[]
  /**
   * How the values of several processes or threads of one service join: added up, or the largest or smallest of them,
   * as for what all of them see alike. @default 'sum'
   */
  readonly across?: 'sum' | 'max' | 'min'
  /** What feeds it: a kind of operation, or a source. */
  readonly from: 'server' | 'client' | 'db' | 'llm' | 'cache' | 'stage' | 'job' | 'tool' | 'agent' | 'source' | 'application'
}
