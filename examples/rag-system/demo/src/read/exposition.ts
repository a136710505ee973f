// Reads a Prometheus text exposition. https://prometheus.io/docs/instrumenting/exposition_formats/

export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?(?:\s+#.*)?$/
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', '"': '"', '\\': '\\' }

/**
 * The samples of an exposition, in its order.
 *
 * @throws Error for a line that is neither a sample nor a comment.
 */
export function parseExposition(text: string): Sample[] {
  const samples: Sample[] = []
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue
    const match = LINE.exec(line)
    if (!match) throw new Error(`no sample: ${line}`)
    const labels: Record<string, string> = {}
    for (const [, name = '', value = ''] of (match[2] ?? '').matchAll(LABEL))
      labels[name] = value.replace(/\\(.)/g, (_, sign: string) => ESCAPES[sign] ?? sign)
    samples.push({ name: match[1]!, labels, value: numberOf(match[3]!) })
  }
  return samples
}

/** The sum of all samples of a name whose labels have these values. */
export function total(samples: readonly Sample[], name: string, labels: Readonly<Record<string, string>> = {}): number {
  return matching(samples, name, labels).reduce((sum, { value }) => sum + value, 0)
}

export function matching(samples: readonly Sample[], name: string, labels: Readonly<Record<string, string>> = {}): Sample[] {
  const wanted = Object.entries(labels)
  return samples.filter((sample) => sample.name === name && wanted.every(([label, value]) => sample.labels[label] === value))
}

/** The values that a label takes in a metric, sorted. */
export function valuesOf(samples: readonly Sample[], name: string, label: string): string[] {
  return [...new Set(matching(samples, name).flatMap(({ labels }) => labels[label] ?? []))].sort()
}

function numberOf(text: string): number {
  return text === '+Inf' ? Number.POSITIVE_INFINITY : text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text)
}
