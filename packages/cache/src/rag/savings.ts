// What answers from the cache have saved, by model.
import { type Observers, registerSource, type Source } from '@rag/core'
import { observersOf } from '../observed.js'
import type { Cache } from '../types.js'

/** Tokens and price of one model call. */
export interface Spending {
  tokens?: number | undefined
  usd?: number | undefined
}
export interface Savings {
  add(model: string, spending: Spending): void
  /** Totals over all models. */
  total(): { tokens: number; usd: number }
  /** By model; beyond 100 models the rest is `__other__`. */
  byModel(): Record<string, { tokens: number; usd: number }>
  close(): void
}

const MOST_MODELS = 100

/**
 * Counts saved tokens and USD as `rag_cache_saved_tokens_total` and `rag_cache_saved_usd_total`.
 *
 * @example
 * const savings = createSavings(cache)
 */
export function createSavings(
  of: Cache | string,
  { observers = typeof of === 'string' ? [] : observersOf(of) }: { observers?: Observers } = {}
): Savings {
  const cache = typeof of === 'string' ? of : of.name
  const models = new Map<string, { tokens: number; usd: number }>()
  const source: Source = {
    read(emit) {
      for (const [model, { tokens, usd }] of models) {
        emit('rag_cache_saved_tokens_total', tokens, { cache, model })
        emit('rag_cache_saved_usd_total', usd, { cache, model })
      }
    }
  }
  const close = registerSource(observers, source)
  return {
    add(model, { tokens = 0, usd = 0 }) {
      const name = models.has(model) || models.size < MOST_MODELS ? model : '__other__'
      const sums = models.get(name) ?? { tokens: 0, usd: 0 }
      models.set(name, sums)
      if (tokens > 0) sums.tokens += tokens
      if (usd > 0) sums.usd += usd
    },
    total() {
      const sums = { tokens: 0, usd: 0 }
      for (const { tokens, usd } of models.values()) {
        sums.tokens += tokens
        sums.usd += usd
      }
      return sums
    },
    byModel: () => Object.fromEntries([...models].map(([model, sums]) => [model, { ...sums }])),
    close
  }
}

/** Total tokens of a response in the shape of OpenAI, Anthropic or Google; undefined when it says nothing. */
export function tokensOf(response: unknown): number | undefined {
  const { usage, usageMetadata } = (response ?? {}) as { usage?: Record<string, unknown>; usageMetadata?: Record<string, unknown> }
  const number = (value: unknown) => (typeof value === 'number' ? value : undefined)
  if (usageMetadata) return number(usageMetadata['totalTokenCount'])
  if (!usage) return undefined
  const total = number(usage['total_tokens'])
  if (total !== undefined) return total
  const input = number(usage['input_tokens']) ?? number(usage['prompt_tokens'])
  const output = number(usage['output_tokens']) ?? number(usage['completion_tokens'])
  return input === undefined && output === undefined ? undefined : (input ?? 0) + (output ?? 0)
}
