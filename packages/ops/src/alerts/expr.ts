// Small words from which expressions are built.

/** Labels that identify whom an alert is about. */
export const BY = 'service, environment'
export const ON = `on (${BY})`

/** The sum of a counter's rates, kept by service and by further labels. */
export function rateOf(selector: string, window: string, ...labels: string[]): string {
  return `sum by (${[BY, ...labels].join(', ')}) (rate(${ranged(selector, window)}))`
}

/** The sum of a counter's increases, kept by service and by further labels. */
export function increaseOf(selector: string, window: string, ...labels: string[]): string {
  return `sum by (${[BY, ...labels].join(', ')}) (increase(${ranged(selector, window)}))`
}

/**
 * Increases, and counters born above 0 within the window: `increase()` does not see the first sample of a series.
 */
export function grewOrBorn(selector: string, window: string, ...labels: string[]): string {
  const by = [BY, ...labels].join(', ')
  return `sum by (${by}) (increase(${ranged(selector, window)}) > 0 or (${selector} unless ${selector} offset ${window}) > 0)`
}

/** A share whose whole is not nothing: without traffic there is no value and no alert. */
export function shareOf(part: string, whole: string): string {
  return `${part} / (${whole} > 0)`
}

/** A quantile of a histogram over a window. */
export function quantileOf(q: number, metric: string, window: string, ...labels: string[]): string {
  return `histogram_quantile(${q}, sum by (${[BY, ...labels, 'le'].join(', ')}) (rate(${metric}_bucket[${window}])))`
}

/** Matches a bucket bound however it is spelled: the text format says `1`, OpenMetrics and Prometheus 3 say `1.0`. */
export function boundMatcher(bound: number): string {
  return Number.isInteger(bound) ? `le=~"${bound}|${bound}\\\\.0"` : `le="${bound}"`
}

function ranged(selector: string, window: string): string {
  return `${selector}[${window}]`
}
