// Keeps the most relevant chunks that fit into a number of tokens.
import { RagError } from '@rag/core'
import { boundedTogether, type CountTokens, estimateTokens } from './tokens.js'

export interface FitOptions {
  maxTokens: number
  /** Counts tokens; by estimate unless given. */
  count?: CountTokens
}

export interface Fitted<T> {
  /** The chunks that fit, in the order they were given. */
  chunks: T[]
  tokens: number
  dropped: number
}

/**
 * Keeps the chunks with the best scores within `maxTokens`; the same text twice counts once. Without scores the order given is the order of relevance.
 *
 * @throws RagError `RAG_LLM_OPTION` when `maxTokens` is no count.
 * @example
 * const { chunks } = fitContext(hits, { maxTokens: 3000 })
 */
export function fitContext<T extends { text: string; score?: number }>(
  given: readonly T[],
  { maxTokens, count: counter = estimateTokens }: FitOptions
): Fitted<T> {
  if (!(maxTokens >= 0))
    throw new RagError('RAG_LLM_OPTION', {
      option: 'maxTokens',
      value: maxTokens,
      problem: 'this is no count',
      fix: 'give a number of 0 or more'
    })
  const count = boundedTogether(counter)
  const ranked = given
    .map((chunk, index) => ({ chunk, index, score: Number.isFinite(chunk.score) ? chunk.score! : 0 }))
    .sort((a, b) => b.score - a.score || a.index - b.index)
  const kept: typeof ranked = []
  const seen = new Set<string>()
  let tokens = 0
  for (const entry of ranked) {
    const { text } = entry.chunk
    if (seen.has(text)) continue
    const size = count(text)
    if (tokens + size > maxTokens) continue
    seen.add(text)
    tokens += size
    kept.push(entry)
  }
  kept.sort((a, b) => a.index - b.index)
  return { chunks: kept.map(({ chunk }) => chunk), tokens, dropped: given.length - kept.length }
}
