// Every metric that this SDK emits, and nothing else.
import { cacheMetrics } from './cache.js'
import { dataMetrics } from './data.js'
import { httpMetrics } from './http.js'
import { llmMetrics } from './llm.js'
import { ragMetrics } from './rag.js'
import { sdkMetrics } from './sdk.js'
import type { MetricDefinition } from './types.js'

const all = [...httpMetrics, ...dataMetrics, ...llmMetrics, ...cacheMetrics, ...ragMetrics, ...sdkMetrics] as const

/** The name of a metric in the catalogue. */
export type MetricName = (typeof all)[number]['name']

/** Every metric of the SDK by name. */
export const catalogue: Readonly<Record<MetricName, MetricDefinition>> = Object.freeze(
  Object.fromEntries(all.map((definition) => [definition.name, definition])) as Record<MetricName, MetricDefinition>
)
