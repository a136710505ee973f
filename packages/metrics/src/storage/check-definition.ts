// What a definition of a metric must be. Wrong ones fail at start, not at the first value.
import { RagError } from '@rag/core'
import { BYTES, catalogue, type LabelBound, type MetricDefinition, SCORES, SECONDS, TOKENS, USD } from '@rag/core/catalogue'
import type { OwnDefinition } from '../define-metric.js'

const NAME = /^[a-z][a-z0-9_]*$/
const RESERVED_NAME = /_(bucket|sum|count|created)$/
const RESERVED_LABELS = ['le', 'quantile', 'job', 'instance']
const KINDS = ['counter', 'gauge', 'histogram']
const BUCKETS_BY_UNIT = { seconds: SECONDS, bytes: BYTES, tokens: TOKENS, usd: USD, ratio: SCORES } as const
const MAX_LABELS = 10
const MAX_HASHED = 1000
const JOINS = ['sum', 'max', 'min']

/**
 * Checks a definition and completes it with the buckets of its unit.
 *
 * @throws RagError `RAG_METRICS_DEFINITION`
 */
export function checkDefinition(given: OwnDefinition): MetricDefinition {
  const { name, kind, help, unit, buckets, across } = given ?? ({} as OwnDefinition)
  const labels: Record<string, LabelBound> = {}
  const refuse = (option: string, value: unknown, problem: string, fix: string): never => {
    throw new RagError('RAG_METRICS_DEFINITION', { option, value, problem: `${problem} (metric ${String(name)})`, fix })
  }
  if (typeof name !== 'string' || !NAME.test(name) || name.length > 128)
    refuse('name', name, 'this is no name of a metric', 'use lower-case letters, digits and _, such as documents_indexed_total')
  if (!KINDS.includes(kind)) refuse('kind', kind, 'there is no such kind', `use ${KINDS.join(', ')}`)
  if (typeof help !== 'string' || help === '') refuse('help', help, 'the help is missing', 'say in a sentence what the metric counts')
  if (Object.hasOwn(catalogue, name)) refuse('name', name, 'the catalogue has a metric of this name', 'choose another name')
  // In OpenMetrics a counter's family is named without _total.
  for (const twin of [`${name}_total`, name.replace(/_total$/, '')])
    if (twin !== name && Object.hasOwn(catalogue, twin))
      refuse('name', name, `${twin} of the catalogue would be the same family`, 'choose another name')
  if (RESERVED_NAME.test(name)) refuse('name', name, 'this ending belongs to the parts of a histogram', 'drop the ending')
  if ((kind === 'counter') !== name.endsWith('_total'))
    refuse('name', name, 'counters end in _total and nothing else does', kind === 'counter' ? `name it ${name}_total` : 'drop _total')
  if (unit !== undefined && !name.replace(/_total$/, '').endsWith(`_${unit}`))
    refuse('name', name, `the unit ${unit} is not in the name`, `end it in _${unit}${kind === 'counter' ? '_total' : ''}`)
  const entries = Object.entries(given?.labels ?? {})
  if (entries.length > MAX_LABELS) refuse('labels', entries.length, 'these are too many labels', `use at most ${MAX_LABELS}`)
  for (const [label, bound] of entries) {
    if (!NAME.test(label) || RESERVED_LABELS.includes(label) || label.startsWith('__'))
      refuse(
        `labels.${label}`,
        label,
        'this is no name for a label',
        `use lower-case letters, digits and _; not ${RESERVED_LABELS.join(', ')}`
      )
    const values = (bound as { values?: unknown } | undefined)?.values
    const max = (bound as { max?: unknown } | undefined)?.max
    const hashed = (bound as { hashed?: unknown } | undefined)?.hashed
    if (Number.isSafeInteger(hashed) && (hashed as number) > 0 && (hashed as number) <= MAX_HASHED) {
      labels[label] = { max: hashed as number, hashed: true }
      continue
    }
    const listed = Array.isArray(values) && values.length > 0 && values.every((value) => typeof value === 'string')
    const capped = Number.isSafeInteger(max) && (max as number) > 0
    if (!listed && !capped)
      refuse(`labels.${label}`, bound, 'the label has no bound', "give { values: ['a', 'b'] }, { max: 50 } or { hashed: 64 }")
    labels[label] = bound as LabelBound
  }
  if (across !== undefined && (!JOINS.includes(across) || (kind === 'histogram' && across !== 'sum')))
    refuse(
      'across',
      across,
      'values do not join like this',
      kind === 'histogram' ? 'leave it out: histograms add up' : `use ${JOINS.join(', ')}`
    )
  const join = across === undefined ? {} : { across }
  if (kind !== 'histogram') {
    if (buckets) refuse('buckets', buckets, `a ${kind} has no buckets`, 'drop them')
    return { name, kind, help, ...(unit && { unit }), labels, ...join, from: 'application' }
  }
  const bounds = buckets ?? BUCKETS_BY_UNIT[unit as keyof typeof BUCKETS_BY_UNIT] ?? SECONDS
  const ascending =
    Array.isArray(bounds) && bounds.every((bound, index) => Number.isFinite(bound) && (index === 0 || bound > bounds[index - 1]!))
  if (bounds.length === 0 || bounds.length > 200 || !ascending)
    refuse('buckets', buckets, 'these are no ascending bounds', 'give 1 to 200 finite numbers in ascending order, without Infinity')
  return { name, kind, help, ...(unit && { unit }), labels, buckets: bounds, from: 'application' }
}
