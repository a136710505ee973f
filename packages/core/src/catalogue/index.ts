export { BYTES, LLM_SECONDS, PAUSES, SCORES, SECONDS, TOKENS, USD } from './buckets.js'
export { catalogue, type MetricName } from './catalogue.js'
export { type LogField, type LogFieldType, logFields } from './log-fields.js'
export type { LabelBound, MetricDefinition } from './types.js'
