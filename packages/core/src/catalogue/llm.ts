// Model calls. OpenTelemetry GenAI conventions, https://github.com/open-telemetry/semantic-conventions-genai
import { LLM_SECONDS } from './buckets.js'
import type { MetricDefinition } from './types.js'

const MODEL = { max: 50 } as const
const PROVIDER = { max: 20 } as const
const OPERATION = { max: 20 } as const

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
  }
] as const satisfies readonly MetricDefinition[]
