// What a dashboard is before it becomes JSON of one or the other version of Grafana.

export interface Query {
  readonly expr: string
  readonly legend: string
}

export interface Panel {
  readonly title: string
  readonly unit: string
  readonly queries: readonly Query[]
  readonly kind?: 'timeseries' | 'stat' | 'band' | 'graph'
  readonly help?: string
  /** Shows something only after an event that ordinary traffic does not bring. */
  readonly event?: boolean
}

export interface Dashboard {
  readonly uid: string
  readonly title: string
  readonly panels: readonly Panel[]
}

const SERVICE = 'service=~"$service", environment=~"$environment"'

/** A selector narrowed to what the reader chose. */
export const pick = (metric: string, matchers = ''): string => `${metric}{${SERVICE}${matchers && `, ${matchers}`}}`
/** The rate of a counter, by labels. */
export const rate = (metric: string, by: string, matchers = ''): string =>
  `sum by (${by}) (rate(${pick(metric, matchers)}[$__rate_interval]))`
/** A quantile of a histogram, by labels. */
export const quantile = (q: number, metric: string, by: string, matchers = ''): string =>
  `histogram_quantile(${q}, sum by (${by}, le) (rate(${pick(`${metric}_bucket`, matchers)}[$__rate_interval])))`
/** One line a label value. */
export const lines = (title: string, unit: string, expr: string, legend: string, more: Partial<Panel> = {}): Panel => ({
  title,
  unit,
  queries: [{ expr, legend }],
  ...more
})
