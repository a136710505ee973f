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
    if (costUsd !== undefined) {
      add(handles.cost, costUsd)
      observe(callCost.resolve([provider, model]), costUsd)
    } else if (outcome === 'ok') add(handles.unpriced, 1)
    dependency(operation as unknown as Operation, host ?? provider, Math.max(0, operation.attributes.attempts - 1))
  }
}
