// What the meter takes, what it gives back, and the record of one call.
import type { Duration, LlmUsage, Masker, MaskerOptions, Observers, Source } from '@rag/core'
import type { Budget, BudgetOptions } from './budget/types.js'
import type { ContentOptions } from './content.js'
import type { EmbedBatch, EmbedBatchOptions } from './embed-batch.js'
import type { EstimateOptions } from './estimate.js'
import type { FailoverOptions } from './failover.js'
import type { PacingOptions } from './limits/pacing.js'
import type { QualityRow } from './quality.js'

/** USD per million tokens. A kind without a price is billed as the kind it is part of. */
export interface Price {
  input: number
  output?: number
  cacheRead?: number
  cacheWrite?: number
  cacheWrite1h?: number
  audioInput?: number
  audioOutput?: number
  /** Reasoning, where it costs something else than other output. */
  reasoning?: number
  /** USD per thousand calls, and per thousand searches that the provider ran for the model. */
  request?: number
  webSearch?: number
  fileSearch?: number
}

/** Prices by `model`, `provider/model`, and either with `@tier`, such as `gpt-5@priority`. */
export interface Prices {
  [model: string]: Price
}

/** What the provider said about its limits in the headers of the last reply. */
export interface RateLimit {
  requestsLimit: number | undefined
  requestsRemaining: number | undefined
  tokensLimit: number | undefined
  tokensRemaining: number | undefined
  tokensResetMs: number | undefined
  requestsResetMs: number | undefined
}

/** One logical call, whatever number of attempts it took. Input includes cached tokens, output includes reasoning; unknown is undefined. */
export interface UsageRecord {
  provider: string
  model: string
  responseModel: string | undefined
  operation: string
  stream: boolean
  usage: LlmUsage
  /** USD; undefined when the price or the usage is unknown. */
  costUsd: number | undefined
  durationMs: number
  timeToFirstTokenMs: number | undefined
  /** HTTP requests sent, retries included. */
  attempts: number
  outcome: 'ok' | 'error' | 'aborted'
  status: number | undefined
  /** `timeout`, `connection`, or the type that the provider gave. */
  errorType: string | undefined
  /** True when `estimate` fills in what the provider did not say. */
  estimated: boolean
  /** Only with `estimate: true`, and only where the provider left counts open; `usage` and `costUsd` hold what it said, never a guess. */
  estimate?: Estimate | undefined
  rateLimit: RateLimit | undefined
  tenant: string | undefined
  user: string | undefined
  tags: Readonly<Record<string, string>> | undefined
  /** Name and version of the prompt, from `meter.prompt()`. */
  prompt?: { name: string; version: string } | undefined
  /** Captured text, only with `content`. */
  content?: { input: string; output: string | undefined } | undefined
}

/** The best guess at a call: what the provider said, and estimates where it said nothing. */
export interface Estimate {
  inputTokens: number | undefined
  /** Of the text that arrived; reasoning that is not shown is not in it. */
  outputTokens: number | undefined
  costUsd: number | undefined
}

export interface MeterOptions {
  /** Prices that win over the bundled ones. */
  prices?: Prices
  /** Takes each record, once per logical call. What it throws is counted, never passed on. */
  onUsage?: (record: UsageRecord) => void
  /** Who records the operations; without it those of the context do. */
  observers?: Observers
  /** Masks captured content. Default: a masker of its own. */
  mask?: Masker | MaskerOptions | false
  /** Asks OpenAI-compatible servers for the usage of streams and hides the answer from the application. Default true. */
  streamUsage?: boolean
  /** Idle time after which a reply that nobody reads counts as abandoned. Default 10 minutes. */
  abandonAfter?: Duration
  /** Spans that a client makes itself: silenced when an observer of ours makes them, or kept. Default `auto`. */
  vendorSpans?: 'auto' | 'silence' | 'keep'
  /** Captures prompts and answers: masked, cut and sampled. Default off. */
  content?: ContentOptions | false
  /** Estimates the tokens of calls whose usage never came: streams that were cut or given up, servers that tell none. Default false. */
  estimate?: boolean | EstimateOptions
  /** Keeps under the provider's limits by waiting before a call. Default off. */
  pacing?: PacingOptions | false
  /** An exact count of input tokens for reservations; without it bytes bound them. */
  countTokens?: (model: string, body: unknown) => number | Promise<number | undefined> | undefined
}

export interface Meter {
  /** Meters a client of OpenAI, Anthropic or Google: the same object comes back. */
  wrap<T extends object>(client: T): T
  /** A metered fetch for any client that takes one. */
  readonly fetch: typeof fetch
  /** Adds a budget; calls beyond it are refused with `RAG_LLM_BUDGET` before anything is sent. */
  budget(options: BudgetOptions): Budget
  /** Runs `call` with each target in turn until one answers. */
  failover<C, T>(options: FailoverOptions<C>, call: (target: C) => Promise<T>): Promise<T>
  /** Coalesces concurrent embedding requests into full batches. */
  embedBatch(options: EmbedBatchOptions): EmbedBatch
  /** Runs `fn` so that its calls carry the name and version of a prompt. */
  prompt<T>(name: string, version: string, fn: () => T): T
  /** Cost, latency and quality by model of the calls so far. */
  quality(): QualityRow[]
  /** Adds a judgement from 0 to 1 to the quality table. */
  score(model: string, value: number): void
  /** The seconds until every exhausted budget of the running identity has room again; undefined when there is room. */
  quota(): Promise<number | undefined>
  readonly source: Source
  /** Settles what is open and lets go of clients. Idempotent. */
  shutdown(): Promise<void>
}
