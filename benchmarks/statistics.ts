// The few figures that a benchmark quotes.

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** The first and the third quartile. */
export function quartiles(values: readonly number[]): [number, number] {
  return [quantile(values, 0.25), quantile(values, 0.75)]
}

/** Linear interpolation between closest ranks, as `numpy.quantile` does by default. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (sorted.length - 1) * q
  const low = sorted[Math.floor(at)] ?? Number.NaN
  const high = sorted[Math.ceil(at)] ?? Number.NaN
  return low + (high - low) * (at - Math.floor(at))
}
