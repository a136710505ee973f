// What a collector takes: the fields and types of opentelemetry/proto/metrics/v1/metrics.proto in JSON. Whatever else stands there is refused.

export interface OtlpMetric {
  name: string
  unit: string
  exponential: boolean
  points: { attributes: Record<string, string>; value: number; count: number; bucketCounts: number[] }[]
}

type Check = (value: unknown, path: string) => void
type Fields = Record<string, Check>

function fail(path: string, why: string): never {
  throw new Error(`${path}: ${why}`)
}

const text: Check = (value, path) => void (typeof value === 'string' || fail(path, 'no text'))
const double: Check = (value, path) =>
  void (typeof value === 'number' || ['NaN', 'Infinity', '-Infinity'].includes(value as string) || fail(path, 'no number'))
const int: Check = (value, path) => void (Number.isInteger(value) || fail(path, 'no whole number'))
/** Unsigned 64-bit numbers are text of digits. */
const uint64: Check = (value, path) =>
  void ((typeof value === 'string' && /^\d{1,20}$/.test(value)) || fail(path, `no 64-bit number: ${String(value)}`))
const hex =
  (bytes: number): Check =>
  (value, path) =>
    void ((typeof value === 'string' && new RegExp(`^[0-9a-f]{${bytes * 2}}$`).test(value)) || fail(path, 'no id in hex'))
const bool: Check = (value, path) => void (typeof value === 'boolean' || fail(path, 'no boolean'))
const list =
  (check: Check): Check =>
  (value, path) => {
    if (!Array.isArray(value)) fail(path, 'no list')
    for (const [index, item] of (value as unknown[]).entries()) check(item, `${path}[${index}]`)
  }
const message =
  (fields: Fields): Check =>
  (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) fail(path, 'no message')
    for (const [field, content] of Object.entries(value as object))
      (fields[field] ?? fail(`${path}.${field}`, 'no such field'))(content, `${path}.${field}`)
  }

const attributes = list(message({ key: text, value: message({ stringValue: text }) }))
const exemplars = list(message({ traceId: hex(16), spanId: hex(8), asDouble: double, timeUnixNano: uint64 }))
const point = { attributes, startTimeUnixNano: uint64, timeUnixNano: uint64 }
const counted = { ...point, count: uint64, sum: double, exemplars }
const numbers = list(message({ ...point, asDouble: double }))
const histograms = list(message({ ...counted, bucketCounts: list(uint64), explicitBounds: list(double) }))
const exponentials = list(
  message({
    ...counted,
    scale: int,
    zeroCount: uint64,
    zeroThreshold: double,
    positive: message({ offset: int, bucketCounts: list(uint64) })
  })
)
const summaries = list(
  message({ ...point, count: uint64, sum: double, quantileValues: list(message({ quantile: double, value: double })) })
)
const metric = message({
  name: text,
  description: text,
  unit: text,
  gauge: message({ dataPoints: numbers }),
  sum: message({ dataPoints: numbers, aggregationTemporality: int, isMonotonic: bool }),
  histogram: message({ dataPoints: histograms, aggregationTemporality: int }),
  exponentialHistogram: message({ dataPoints: exponentials, aggregationTemporality: int }),
  summary: message({ dataPoints: summaries })
})
const request = message({
  resourceMetrics: list(
    message({ resource: message({ attributes }), scopeMetrics: list(message({ scope: message({ name: text }), metrics: list(metric) })) })
  )
})

interface Point {
  attributes: { key: string; value: { stringValue: string } }[]
  asDouble?: number
  count?: string
  bucketCounts?: string[]
  explicitBounds?: number[]
  zeroCount?: string
  positive?: { bucketCounts: string[] }
}

const mapOf = (pairs: Point['attributes']) => Object.fromEntries(pairs.map(({ key, value }) => [key, value.stringValue]))

/** Throws with the path of what is wrong. */
export function checkOtlp(body: unknown): { resource: Record<string, string>; metrics: OtlpMetric[] } {
  request(body, 'request')
  const [{ resource, scopeMetrics }] = (body as { resourceMetrics: [{ resource: Point; scopeMetrics: { metrics: never[] }[] }] })
    .resourceMetrics
  const names = new Set<string>()
  const metrics = scopeMetrics[0]!.metrics.map((each: { name: string; unit: string } & Record<string, { dataPoints: Point[] }>) => {
    const { name, unit, gauge, sum, histogram, exponentialHistogram, summary } = each
    if (names.has(name)) fail(name, 'twice')
    names.add(name)
    const kinds = [gauge, sum, histogram, exponentialHistogram, summary].filter((kind) => kind !== undefined)
    if (kinds.length !== 1) fail(name, 'has not one kind')
    const points = kinds[0]!.dataPoints.map((data) => {
      const buckets = (data.bucketCounts ?? []).map(Number)
      const total = buckets.reduce((before, bucket) => before + bucket, 0)
      if (data.explicitBounds && buckets.length !== data.explicitBounds.length + 1) fail(name, 'needs one bucket more than bounds')
      if (data.explicitBounds && total !== Number(data.count)) fail(name, 'the buckets do not add up to the count')
      const inner = (data.positive?.bucketCounts ?? []).map(Number).reduce((before, bucket) => before + bucket, Number(data.zeroCount ?? 0))
      if (data.positive && inner !== Number(data.count)) fail(name, 'the buckets do not add up to the count')
      return { attributes: mapOf(data.attributes), value: Number(data.asDouble), count: Number(data.count), bucketCounts: buckets }
    })
    return { name, unit, exponential: exponentialHistogram !== undefined, points }
  })
  return { resource: mapOf(resource.attributes), metrics }
}
