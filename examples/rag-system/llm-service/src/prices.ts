// Prices of the stand-in models in USD per million tokens, so that the demo has costs to show. They are invented.
import type { Usage } from '@rag-example/wire'

export const prices: Readonly<Record<string, { input: number; output: number }>> = {
  'extractive-1': { input: 0.15, output: 0.6 },
  'extractive-2': { input: 0.8, output: 4 },
  'universal-sentence-encoder-lite': { input: 0.02, output: 0 }
}

/** What an answer cost, for what a kept one saves; undefined for a model without a price here. */
export function costOf(model: string, { inputTokens, outputTokens }: Usage): number | undefined {
  const price = prices[model]
  return price && (inputTokens * price.input + outputTokens * price.output) / 1e6
}
