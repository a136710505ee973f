// Model calls: duration, first token, tokens by kind, price.
import type { LlmUsage, Operation } from '@rag/core'
import { add, observe, type Series } from '../storage/series.js'
import type { Store } from '../storage/store.js'
import type { RecordDependency } from './calls.js'
import { observeTraced } from './trace.js'

const OUTCOMES = ['ok', 'error', 'aborted', 'timeout'] as const
const TOKENS: readonly (readonly [keyof LlmUsage, string])[] = [
  ['inputTokens', 'input'],
  ['outputTokens', 'output'],
  ['cacheReadTokens', 'cache_read'],
  ['cacheWriteTokens', 'cache_write'],
  ['cacheWrite1hTokens', 'cache_write_1h'],
  ['reasoningTokens', 'reasoning'],
  ['audioInputTokens', 'audio_input'],
  ['audioOutputTokens', 'audio_output']
]

/** The counters of the conventions, each a whole or a part of a whole; only the whole is split by modality. */
const USAGE = [
  ['gen_ai_client_inference_usage_input_tokens_total', 'inputTokens', 'audioInputTokens'],
  ['gen_ai_client_inference_usage_output_tokens_total', 'outputTokens', 'audioOutputTokens'],
  ['gen_ai_client_inference_usage_cache_read_input_tokens_total', 'cacheReadTokens', undefined],
  ['gen_ai_client_inference_usage_cache_write_input_tokens_total', 'cacheWriteTokens', undefined],
  ['gen_ai_client_inference_usage_reasoning_output_tokens_total', 'reasoningTokens', undefined]
] as const

interface ModelHandles {
  readonly calls: readonly Series[]
  readonly cost: Series
  readonly unpriced: Series
}

export function llmRecorder(store: Store, dependency: RecordDependency): (operation: Operation<'llm'>) => void {
  const duration = store.get('gen_ai_client_operation_duration_seconds')
  const firstChunk = store.get('gen_ai_client_operation_time_to_first_chunk_seconds')
  const usage = store.get('gen_ai_client_token_usage')
  const callCost = store.get('rag_llm_call_cost_usd')
  const tokens = store.get('rag_llm_tokens_total')
  const cost = store.get('rag_llm_cost_usd_total')
  const calls = store.get('rag_llm_calls_total')
  const unpriced = store.get('rag_llm_unpriced_calls_total')

  const operationTokens = [
    [store.get('gen_ai_client_inference_operation_input_tokens'), 'inputTokens'],
    [store.get('gen_ai_client_inference_operation_output_tokens'), 'outputTokens']
  ] as const
  const usageCounters = USAGE.map(([metric, whole, audio]) => ({ counter: store.get(metric), whole, audio }))

  // Born together at 0 when a model is first seen.
  const handlesOf = (provider: string, model: string): ModelHandles => ({
    calls: OUTCOMES.map((outcome) => calls.resolve([provider, model, outcome])),
    cost: cost.resolve([provider, model]),
    unpriced: unpriced.resolve([model])
  })

  return function recordLlm(operation) {
    const { provider, model, operation: name, costUsd, timeToFirstTokenMs, host } = operation.attributes
    const outcome = operation.outcome ?? 'ok'
    const handles = handlesOf(provider, model)
    observeTraced(duration.resolve([name, provider, model, outcome]), operation.durationMs! / 1000, operation as unknown as Operation)
    add(handles.calls[OUTCOMES.indexOf(outcome)]!, 1)
    if (timeToFirstTokenMs !== undefined) observe(firstChunk.resolve([name, provider, model]), timeToFirstTokenMs / 1000)
    const counted = operation.attributes.usage
    for (const [field, kind] of TOKENS) {
      const count = counted?.[field]
      if (count !== undefined) add(tokens.resolve([provider, model, kind]), count)
    }
    if (counted?.inputTokens !== undefined) observe(usage.resolve([provider, model, 'input']), counted.inputTokens)
    if (counted?.outputTokens !== undefined) observe(usage.resolve([provider, model, 'output']), counted.outputTokens)
    for (const [sizes, field] of operationTokens) {
      const count = counted?.[field]
      if (count !== undefined) observe(sizes.resolve([name, provider, model]), count)
    }
    for (const { counter, whole, audio } of usageCounters) {
      const spoken = audio ? (counted?.[audio] ?? 0) : 0
      const rest = Math.max(0, (counted?.[whole] ?? 0) - spoken)
      // What is not known counts 0 of unknown modality, as the conventions have it.
      add(counter.resolve([name, provider, model, 'unknown']), rest)
      if (spoken > 0) add(counter.resolve([name, provider, model, 'audio']), spoken)
    }
    if (costUsd !== undefined) {
      add(handles.cost, costUsd)
      observe(callCost.resolve([provider, model]), costUsd)
    } else if (outcome === 'ok') add(handles.unpriced, 1)
    dependency(operation as unknown as Operation, host ?? provider, Math.max(0, operation.attributes.attempts - 1))
  }
}
