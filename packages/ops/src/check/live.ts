// Reads a page of metrics as it is exposed: kinds, labels and bounds that really exist.
import type { MetricDefinition } from '@rag/core/catalogue'

/** Definitions as a page shows them; a label's values are those seen, so only names are compared. */
export function definitionsOfPage(page: string): MetricDefinition[] {
  const kinds = new Map<string, MetricDefinition['kind']>()
  const labels = new Map<string, Set<string>>()
  const bounds = new Map<string, Set<number>>()
  for (const line of page.split('\n')) {
    const type = /^# TYPE (\S+) (\S+)/.exec(line)
    if (type) {
      const openMetricsCounter = type[2] === 'counter' && !type[1]!.endsWith('_total')
      const name = openMetricsCounter ? `${type[1]}_total` : type[1]!
      if (type[2] === 'counter' || type[2] === 'histogram' || type[2] === 'gauge') kinds.set(name, type[2])
      else kinds.set(name, 'gauge')
      continue
    }
    const sample = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? /.exec(line)
    if (!sample) continue
    const name = familyOf(sample[1]!, kinds)
    const own = labels.get(name) ?? new Set<string>()
    labels.set(name, own)
    for (const [, label, value] of (sample[2] ?? '').matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g)) {
      if (label === 'le') {
        const seen = bounds.get(name) ?? new Set<number>()
        bounds.set(name, seen)
        if (Number.isFinite(Number(value))) seen.add(Number(value))
      } else own.add(label!)
    }
  }
  return [...kinds].map(([name, kind]) => ({
    name,
    kind,
    help: '',
    from: 'application',
    labels: Object.fromEntries([...(labels.get(name) ?? [])].map((label) => [label, { max: Number.POSITIVE_INFINITY }])),
    ...(kind === 'histogram' && { buckets: [...(bounds.get(name) ?? [])].sort((a, b) => a - b) })
  }))
}

function familyOf(sample: string, kinds: ReadonlyMap<string, string>): string {
  if (kinds.has(sample)) return sample
  const base = sample.replace(/_(bucket|sum|count|created)$/, '')
  return kinds.has(base) ? base : sample
}
