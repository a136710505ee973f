// Model calls. OpenTelemetry GenAI conventions as of 2026-09-22 (token counters in, `gen_ai.client.operation.*` not yet renamed), https://github.com/open-telemetry/semantic-conventions-genai
import { LLM_SECONDS, TOKENS, USD } from './buckets.js'
import type { MetricDefinition } from './types.js'

const MODEL = { max: 50 } as const
const PROVIDER = { max: 20 } as const
const OPERATION = { max: 20 } as const
const BUDGET = { max: 50 } as const
const LIMIT = { values: ['requests', 'tokens'] } as const

const MODALITY = { values: ['audio', 'unknown'] } as const
const USAGE = {
  gen_ai_operation_name: OPERATION,
  gen_ai_provider_name: PROVIDER,
  gen_ai_request_model: MODEL,
  gen_ai_token_modality: MODALITY
} as const
const CALL = { gen_ai_operation_name: OPERATION, gen_ai_provider_name: PROVIDER, gen_ai_request_model: MODEL } as const

export const llmMetrics = [
  {
    name: 'gen_ai_client_operation_duration_seconds',
    kind: 'histogram',
    unit: 'seconds',
    help: 'Duration of model calls, retries included.',
    labels: {
      gen_ai_operation_name: OPERATION,
      gen_ai_provider_name: PROVIDER,
      gen_ai_request_model: MODEL,
      outcome: { values: ['ok', 'error', 'aborted', 'timeout'] }
    },
    buckets: LLM_SECONDS,
    from: 'llm'
  },
  {
    name: 'gen_ai_client_operation_time_to_first_chunk_seconds',
    kind: 'histogram',
    unit: 'seconds',
    help: 'Time until a streamed model call gave its first token.',
    labels: { gen_ai_operation_name: OPERATION, gen_ai_provider_name: PROVIDER, gen_ai_request_model: MODEL },
    buckets: LLM_SECONDS,
    from: 'llm'
  },
  {
    name: 'gen_ai_client_inference_usage_input_tokens_total',
    kind: 'counter',
    unit: 'tokens',
    help: 'Input tokens billed, cached ones included; the modality is unknown where the provider does not say it.',
    labels: USAGE,
    from: 'llm'
  },
  {
    name: 'gen_ai_client_inference_usage_output_tokens_total',
    kind: 'counter',
    unit: 'tokens',
    help: 'Output tokens billed, reasoning included; the modality is unknown where the provider does not say it.',
    labels: USAGE,
    from: 'llm'
  },
  {
    name: 'gen_ai_client_inference_usage_cache_read_input_tokens_total',
    kind: 'counter',
    unit: 'tokens',
    help: 'Input tokens that the provider read from its cache.',
    labels: USAGE,
    from: 'llm'
  },
  {
    name: 'gen_ai_client_inference_usage_cache_write_input_tokens_total',
    kind: 'counter',
    unit: 'tokens',
    help: 'Input tokens that the provider wrote to its cache.',
    labels: USAGE,
    from: 'llm'
  },
  {
    name: 'gen_ai_client_inference_usage_reasoning_output_tokens_total',
    kind: 'counter',
    unit: 'tokens',
    help: 'Output tokens that the model reasoned with.',
    labels: USAGE,
    from: 'llm'
  },
  {
    name: 'gen_ai_client_inference_operation_input_tokens',
    kind: 'histogram',
    unit: 'tokens',
    help: 'Input tokens of one model call.',
    labels: CALL,
    buckets: TOKENS,
    from: 'llm'
  },
  {
    name: 'gen_ai_client_inference_operation_output_tokens',
    kind: 'histogram',
    unit: 'tokens',
    help: 'Output tokens of one model call.',
    labels: CALL,
    buckets: TOKENS,
    from: 'llm'
  },
  {
    name: 'gen_ai_client_token_usage',
    kind: 'histogram',
    unit: 'tokens',
    help: 'Tokens of one model call; input includes cached tokens and output includes reasoning.',
    labels: { gen_ai_provider_name: PROVIDER, gen_ai_request_model: MODEL, gen_ai_token_type: { values: ['input', 'output'] } },
    buckets: TOKENS,
    from: 'llm'
  },
  {
    name: 'rag_llm_call_cost_usd',
    kind: 'histogram',
    unit: 'usd',
    help: 'Price of one model call.',
    labels: { gen_ai_provider_name: PROVIDER, gen_ai_request_model: MODEL },
    buckets: USD,
    from: 'llm'
  },
  {
    name: 'rag_llm_tokens_total',
    kind: 'counter',
    unit: 'tokens',
    help: 'Tokens billed by kind; input includes cached tokens and output includes reasoning.',
    labels: {
      gen_ai_provider_name: PROVIDER,
      gen_ai_request_model: MODEL,
      kind: { values: ['input', 'output', 'cache_read', 'cache_write', 'cache_write_1h', 'reasoning', 'audio_input', 'audio_output'] }
    },
    from: 'llm'
  },
  {
    name: 'rag_llm_cost_usd_total',
    kind: 'counter',
    unit: 'usd',
    help: 'Price of model calls.',
    labels: { gen_ai_provider_name: PROVIDER, gen_ai_request_model: MODEL },
    from: 'llm'
  },
  {
    name: 'rag_llm_estimated_tokens_total',
    kind: 'counter',
    unit: 'tokens',
    help: 'Tokens that the provider did not tell, as the meter estimates them; none of them is in the other counters.',
    labels: { gen_ai_provider_name: PROVIDER, gen_ai_request_model: MODEL, kind: { values: ['input', 'output'] } },
    from: 'source'
  },
  {
    name: 'rag_llm_estimated_cost_usd_total',
    kind: 'counter',
    unit: 'usd',
    help: 'Estimated price of model calls whose usage the provider did not tell; none of it is in the cost.',
    labels: { gen_ai_provider_name: PROVIDER, gen_ai_request_model: MODEL },
    from: 'source'
  },
  {
    name: 'rag_llm_calls_total',
    kind: 'counter',
    help: 'Model calls by outcome.',
    labels: { gen_ai_provider_name: PROVIDER, gen_ai_request_model: MODEL, outcome: { values: ['ok', 'error', 'aborted', 'timeout'] } },
    from: 'llm'
  },
  {
    name: 'rag_llm_unpriced_calls_total',
    kind: 'counter',
    help: 'Model calls whose price is not known.',
    labels: { gen_ai_request_model: MODEL },
    from: 'llm'
  },
  {
    name: 'rag_llm_retries_total',
    kind: 'counter',
    help: 'Attempts of a model call after its first, by what failed before: a status, a time-out or the connection.',
    labels: { gen_ai_provider_name: PROVIDER, gen_ai_request_model: MODEL, reason: { max: 20 } },
    from: 'source'
  },
  {
    name: 'rag_llm_rate_limited_total',
    kind: 'counter',
    help: 'Replies with status 429.',
    labels: { gen_ai_provider_name: PROVIDER, gen_ai_request_model: MODEL },
    from: 'source'
  },
  {
    name: 'rag_llm_rate_limit',
    across: 'max',
    kind: 'gauge',
    help: 'Limit of the provider, as its last reply said.',
    labels: { gen_ai_provider_name: PROVIDER, gen_ai_request_model: MODEL, kind: LIMIT },
    from: 'source'
  },
  {
    name: 'rag_llm_rate_limit_used',
    across: 'max',
    kind: 'gauge',
    help: 'Used part of the limit of the provider.',
    labels: { gen_ai_provider_name: PROVIDER, gen_ai_request_model: MODEL, kind: LIMIT },
    from: 'source'
  },
  {
    name: 'rag_llm_rate_limit_utilisation_ratio',
    across: 'max',
    kind: 'gauge',
    unit: 'ratio',
    help: 'Used share of the limit of the provider.',
    labels: { gen_ai_provider_name: PROVIDER, gen_ai_request_model: MODEL, kind: LIMIT },
    from: 'source'
  },
  {
    name: 'rag_llm_rate_limit_reset_seconds',
    across: 'max',
    kind: 'gauge',
    unit: 'seconds',
    help: 'Time until the token limit of the provider is fresh.',
    labels: { gen_ai_provider_name: PROVIDER, gen_ai_request_model: MODEL },
    from: 'source'
  },
  {
    name: 'rag_llm_budget_used_ratio',
    across: 'max',
    kind: 'gauge',
    unit: 'ratio',
    help: 'Used and reserved share of a budget at its last call.',
    labels: { budget: BUDGET },
    from: 'source'
  },
  {
    name: 'rag_llm_budget_refusals_total',
    kind: 'counter',
    help: 'Calls that a budget refused before anything was sent.',
    labels: { budget: BUDGET, reason: { values: ['limit', 'store'] } },
    from: 'source'
  },
  {
    name: 'rag_llm_budget_store_errors_total',
    kind: 'counter',
    help: 'Times that the store of a budget failed or was too slow.',
    labels: { budget: BUDGET },
    from: 'source'
  },
  {
    name: 'rag_llm_reroutes_total',
    kind: 'counter',
    help: 'Calls that were downgraded, paced, warned of or sent to another provider.',
    labels: {
      reason: {
        values: [
          'downgraded',
          'paced',
          'soft_limit',
          'failover_rate_limit',
          'failover_status',
          'failover_budget',
          'failover_timeout',
          'failover_connection'
        ]
      }
    },
    from: 'source'
  },
  {
    name: 'rag_llm_oddities_total',
    kind: 'counter',
    help: 'Replies and callbacks that were not as they should be; the application saw them as they came.',
    labels: {
      reason: {
        values: [
          'usage_invalid',
          'usage_missing',
          'frame_invalid',
          'frame_oversize',
          'option_rejected',
          'unread',
          'callback',
          'client_unknown'
        ]
      }
    },
    from: 'source'
  },
  {
    name: 'rag_llm_price_age_seconds',
    across: 'max',
    kind: 'gauge',
    unit: 'seconds',
    help: 'Age of the bundled price list.',
    from: 'source'
  }
] as const satisfies readonly MetricDefinition[]
