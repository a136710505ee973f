// The public names of @rag/llm-meter.
export { createMemoryStore } from './budget/memory-store.js'
export { type RedisClient, type RedisStoreOptions, redisStore } from './budget/redis-store.js'
export type {
  Amounts,
  Budget,
  BudgetError,
  BudgetOptions,
  BudgetState,
  BudgetStore,
  ReserveAnswer,
  ReserveRequest
} from './budget/types.js'
export type { ContentOptions } from './content.js'
export { createEmbedBatch, type EmbedBatch, type EmbedBatchOptions, type EmbeddingCache } from './embed-batch.js'
export { llmMeterErrors } from './errors.js'
export type { EstimateOptions } from './estimate.js'
export type { FailoverOptions } from './failover.js'
export type { PacingOptions } from './limits/pacing.js'
export { createMeter } from './meter.js'
export { noopMeter } from './noop.js'
export { type PromptBreakdown, type PromptParts, promptBreakdown } from './prompt/breakdown.js'
export { type FitOptions, type Fitted, fitContext } from './prompt/fit-context.js'
export { boundedTokenizer, type CountTokens, estimateTokens, lazyTokenizer } from './prompt/tokens.js'
export { type Warmed, type WarmOptions, warm } from './prompt/warm.js'
export type { QualityRow } from './quality.js'
export type { Estimate, Meter, MeterOptions, Price, Prices, RateLimit, UsageRecord } from './types.js'
