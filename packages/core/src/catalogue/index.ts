export { LLM_SECONDS, SECONDS } from './buckets.js'
export { catalogue, type MetricName } from './catalogue.js'
export type { LabelBound, MetricDefinition } from './types.js'
