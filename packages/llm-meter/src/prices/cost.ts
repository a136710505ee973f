// The price of one call from its usage.
import type { LlmUsage } from '@rag/core'

/** A price, or prices by the size of the input: beyond `start` tokens the whole call costs that. */
export type Rate = number | { readonly base: number; readonly tiers: readonly { readonly start: number; readonly price: number }[] }

/** USD per million tokens by kind. */
export interface Rates {
  readonly input: Rate | undefined
  readonly output: Rate | undefined
  readonly cacheRead: Rate | undefined
  readonly cacheWrite: Rate | undefined
  readonly cacheWrite1h: Rate | undefined
  readonly audioInput: Rate | undefined
  readonly audioOutput: Rate | undefined
  /** Of output that the model reasoned with, where it has a price of its own. */
  readonly reasoning?: Rate | undefined
  /** USD per thousand. */
  readonly request?: Rate | undefined
  readonly webSearch?: Rate | undefined
  readonly fileSearch?: Rate | undefined
}

/** What a call did that is billed by the piece. */
export interface Pieces {
  webSearches: number
  fileSearches: number
}

/** USD; undefined when a count or a rate that the sum needs is unknown. Cached and audio tokens without a rate are billed as plain ones. */
export function costOf(rates: Rates, usage: LlmUsage, operation = 'chat', factor = 1, pieces?: Pieces): number | undefined {
  const { inputTokens, outputTokens } = usage
  if (inputTokens === undefined) return undefined
  const embeds = operation === 'embeddings'
  if (outputTokens === undefined && !embeds) return undefined
  const at = (rate: Rate | undefined): number | undefined => priceAt(rate, inputTokens)
  const input = at(rates.input)
  const output = at(rates.output) ?? (embeds ? 0 : undefined)
  if (input === undefined || (output === undefined && outputTokens !== 0)) return undefined
  const read = usage.cacheReadTokens ?? 0
  const hour = usage.cacheWrite1hTokens ?? 0
  const write = Math.max(0, (usage.cacheWriteTokens ?? hour) - hour)
  // Audio that was read from the cache is in both counts; it is billed as cached.
  const audioIn = Math.max(0, Math.min(usage.audioInputTokens ?? 0, inputTokens - read - hour - write))
  const audioOut = Math.min(usage.audioOutputTokens ?? 0, outputTokens ?? 0)
  const reasoningRate = at(rates.reasoning)
  const reasoning = reasoningRate === undefined ? 0 : Math.min(usage.reasoningTokens ?? 0, (outputTokens ?? 0) - audioOut)
  const cacheWrite = at(rates.cacheWrite) ?? input
  // A server that reports more parts than the whole is taken at the word of its parts.
  const plain = Math.max(0, inputTokens - read - hour - write - audioIn)
  const micro =
    plain * input +
    read * (at(rates.cacheRead) ?? input) +
    write * cacheWrite +
    hour * (at(rates.cacheWrite1h) ?? cacheWrite) +
    audioIn * (at(rates.audioInput) ?? input) +
    ((outputTokens ?? 0) - audioOut - reasoning) * (output ?? 0) +
    reasoning * (reasoningRate ?? 0) +
    audioOut * (at(rates.audioOutput) ?? output ?? 0)
  const fees = feesOf(rates, inputTokens, pieces)
  return fees === undefined ? undefined : (micro * factor) / 1e6 + fees
}

/** Fees by the piece, which no tier lowers; undefined when one of them has no price. */
function feesOf(rates: Rates, inputTokens: number, pieces: Pieces | undefined): number | undefined {
  const request = priceAt(rates.request, inputTokens) ?? 0
  if (!pieces) return request / 1000
  const web = pieces.webSearches === 0 ? 0 : priceAt(rates.webSearch, inputTokens)
  const file = pieces.fileSearches === 0 ? 0 : priceAt(rates.fileSearch, inputTokens)
  return web === undefined || file === undefined ? undefined : (request + pieces.webSearches * web + pieces.fileSearches * file) / 1000
}

/** The rate that an input of this size is billed at. */
function priceAt(rate: Rate | undefined, inputTokens: number): number | undefined {
  if (rate === undefined || typeof rate === 'number') return rate
  let price = rate.base
  for (const tier of rate.tiers) if (inputTokens > tier.start) price = tier.price
  return price
}

/** The dearest price of a rate. */
export function dearest(rate: Rate | undefined): number | undefined {
  if (rate === undefined || typeof rate === 'number') return rate
  return Math.max(rate.base, ...rate.tiers.map((tier) => tier.price))
}
