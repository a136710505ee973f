// A native (exponential) histogram: sparse buckets that grow by a fixed factor, 9 % at the finest, coarser when there would be too many.
// https://prometheus.io/docs/specs/native_histograms/ and https://opentelemetry.io/docs/specs/otel/metrics/data-model/#exponentialhistogram

const FINEST = 3
const COARSEST = -4
const MAX_BUCKETS = 160

/** Values up to this are counted as zero; what client_golang takes by default, 2^-128. */
export const ZERO_THRESHOLD = 2 ** -128

export interface NativeData {
  /** The factor between two bounds is 2^(2^-schema). */
  schema: number
  zero: number
  /** Counts by bucket; bucket `i` holds values above factor^(i-1) up to factor^i. */
  counts: Map<number, number>
}

export function newNative(): NativeData {
  return { schema: FINEST, zero: 0, counts: new Map() }
}

export function observeNative(native: NativeData, value: number): void {
  if (value <= ZERO_THRESHOLD) {
    native.zero++
    return
  }
  const index = Math.ceil(Math.log2(value) * 2 ** native.schema)
  native.counts.set(index, (native.counts.get(index) ?? 0) + 1)
  while (native.counts.size > MAX_BUCKETS && native.schema > COARSEST) coarsen(native, native.schema - 1)
}

/** Adds the counts of another histogram. */
export function addNative(to: NativeData, from: NativeData): void {
  const schema = Math.min(to.schema, from.schema)
  const other: NativeData = { schema: from.schema, zero: from.zero, counts: new Map(from.counts) }
  coarsen(to, schema)
  coarsen(other, schema)
  to.zero += other.zero
  for (const [index, count] of other.counts) to.counts.set(index, (to.counts.get(index) ?? 0) + count)
  while (to.counts.size > MAX_BUCKETS && to.schema > COARSEST) coarsen(to, to.schema - 1)
}

/** Two neighbours become one for each step, so no bound is lost that the coarser histogram has. */
function coarsen(native: NativeData, schema: number): void {
  while (native.schema > schema) {
    const counts = new Map<number, number>()
    for (const [index, count] of native.counts) {
      const merged = Math.ceil(index / 2)
      counts.set(merged, (counts.get(merged) ?? 0) + count)
    }
    native.counts = counts
    native.schema--
  }
}

/** The buckets in order as runs without gaps, which is how both wire formats hold them. */
export function nativeRuns({ counts }: NativeData): { start: number; counts: number[] }[] {
  const runs: { start: number; counts: number[] }[] = []
  for (const index of [...counts.keys()].sort((a, b) => a - b)) {
    const last = runs.at(-1)
    if (last && last.start + last.counts.length === index) last.counts.push(counts.get(index)!)
    else runs.push({ start: index, counts: [counts.get(index)!] })
  }
  return runs
}
