// Reads a Prometheus text exposition, and sums, ratios and quantiles from it.

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g

/** The samples by name: `{ labels, value }`. */
export function parseExposition(text) {
  const samples = new Map()
  for (const line of text.split('\n')) {
    if (line === '' || line[0] === '#') continue
    const match = LINE.exec(line)
    if (!match) continue
    const labels = {}
    for (const [, name, value] of (match[2] ?? '').matchAll(LABEL))
      labels[name] = value.replace(/\\(.)/g, (_, sign) => (sign === 'n' ? '\n' : sign))
    if (!samples.has(match[1])) samples.set(match[1], [])
    samples.get(match[1]).push({ labels, value: match[3] === '+Inf' ? Number.POSITIVE_INFINITY : Number(match[3]) })
  }
  return samples
}

export function matching(samples, name, wanted = {}) {
  const pairs = Object.entries(wanted)
  return (samples?.get(name) ?? []).filter(({ labels }) => pairs.every(([label, value]) => labels[label] === value))
}

/** The sum over all samples of a name whose labels have these values. */
export function total(samples, name, wanted) {
  return matching(samples, name, wanted).reduce((sum, { value }) => sum + value, 0)
}

/** The values that a label takes in a metric, sorted. */
export function valuesOf(samples, name, label) {
  return [...new Set(matching(samples, name).map(({ labels }) => labels[label]))].filter((value) => value !== undefined).sort()
}

/** Cumulative buckets by upper bound. */
export function bucketsOf(samples, name, wanted) {
  const counts = new Map()
  for (const { labels, value } of matching(samples, `${name}_bucket`, wanted)) {
    const bound = labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le)
    counts.set(bound, (counts.get(bound) ?? 0) + value)
  }
  return [...counts].sort(([a], [b]) => a - b)
}

/** What was observed between two readings. */
export function bucketsBetween(before, after) {
  const known = new Map(before)
  return after.map(([bound, count]) => [bound, Math.max(0, count - (known.get(bound) ?? 0))])
}

/** As `histogram_quantile` of Prometheus; undefined without observations. */
export function quantile(buckets, share) {
  const all = buckets.at(-1)?.[1] ?? 0
  if (all === 0) return undefined
  const rank = share * all
  const index = buckets.findIndex(([, count]) => count >= rank)
  const [bound, count] = buckets[index]
  const [below, before] = buckets[index - 1] ?? [0, 0]
  if (bound === Number.POSITIVE_INFINITY) return below
  return count === before ? bound : below + (bound - below) * ((rank - before) / (count - before))
}
