// Every metric that this SDK emits, and nothing else.
import { bucketMetrics } from './bucket.js'
import { cacheMetrics } from './cache.js'
import { dataMetrics } from './data.js'
import { httpMetrics } from './http.js'
import { llmMetrics } from './llm.js'
import { logMetrics } from './logs.js'
import { postgresMetrics } from './postgres.js'
import { ragMetrics } from './rag.js'
import { redisMetrics } from './redis.js'
import { resourceMetrics } from './resources.js'
import { sdkMetrics } from './sdk.js'
import { searchMetrics } from './search.js'
import type { MetricDefinition } from './types.js'

const all = [
  ...httpMetrics,
  ...dataMetrics,
  ...llmMetrics,
  ...cacheMetrics,
  ...logMetrics,
  ...ragMetrics,
  ...resourceMetrics,
  ...postgresMetrics,
  ...redisMetrics,
  ...searchMetrics,
  ...bucketMetrics,
  ...sdkMetrics
] as const

/** The name of a metric in the catalogue. */
export type MetricName = (typeof all)[number]['name']

/** Every metric of the SDK by name. */
export const catalogue: Readonly<Record<MetricName, MetricDefinition>> = Object.freeze(
  Object.fromEntries(all.map((definition) => [definition.name, definition])) as Record<MetricName, MetricDefinition>
)
