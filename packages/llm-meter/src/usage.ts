// One normal form for usage: input includes cached tokens, output includes reasoning, unknown is undefined.
import type { LlmUsage } from '@rag/core'
import type { Dialect } from './recognise.js'

export interface Reading {
  usage: LlmUsage
  /** Something in it was no count: negative, a text, NaN, beyond all reason. */
  odd: boolean
}

export function unknownUsage(): LlmUsage {
  return {
    inputTokens: undefined,
    outputTokens: undefined,
    cacheReadTokens: undefined,
    cacheWriteTokens: undefined,
    cacheWrite1hTokens: undefined,
    reasoningTokens: undefined,
    audioInputTokens: undefined,
    audioOutputTokens: undefined
  }
}

type Raw = Readonly<Record<string, unknown>>
/** No call has more tokens; sums beyond it would not be exact, and a budget would be spent by one garbled figure. */
const MOST = 1e12

/** Reads a usage object in the habit of its provider. */
export function readUsage(dialect: Dialect, raw: unknown): Reading | undefined {
  if (typeof raw !== 'object' || raw === null) return undefined
  const reader = new Counts(raw as Raw)
  const usage = dialect === 'anthropic' ? anthropic(reader) : dialect === 'gemini' ? gemini(reader) : openai(reader)
  return { usage, odd: reader.odd }
}

/** OpenAI and what speaks like it: the details are parts of the totals. */
function openai(counts: Counts): LlmUsage {
  const input = counts.part('prompt_tokens_details', 'input_tokens_details', 'input_token_details')
  const output = counts.part('completion_tokens_details', 'output_tokens_details', 'output_token_details')
  return {
    inputTokens: counts.get('prompt_tokens', 'input_tokens'),
    outputTokens: counts.get('completion_tokens', 'output_tokens'),
    cacheReadTokens: input.get('cached_tokens') ?? counts.get('prompt_cache_hit_tokens'),
    cacheWriteTokens: input.get('cache_write_tokens'),
    cacheWrite1hTokens: undefined,
    reasoningTokens: output.get('reasoning_tokens'),
    audioInputTokens: input.get('audio_tokens'),
    audioOutputTokens: output.get('audio_tokens')
  }
}

/** Anthropic leaves cached tokens out of `input_tokens`; https://docs.anthropic.com/en/docs/build-with-claude/prompt-caching */
function anthropic(counts: Counts): LlmUsage {
  const plain = counts.get('input_tokens')
  const read = counts.get('cache_read_input_tokens')
  const write = counts.get('cache_creation_input_tokens')
  return {
    inputTokens: plain === undefined ? undefined : plain + (read ?? 0) + (write ?? 0),
    outputTokens: counts.get('output_tokens'),
    cacheReadTokens: read,
    cacheWriteTokens: write,
    cacheWrite1hTokens: counts.part('cache_creation').get('ephemeral_1h_input_tokens'),
    reasoningTokens: counts.part('output_tokens_details').get('thinking_tokens'),
    audioInputTokens: undefined,
    audioOutputTokens: undefined
  }
}

/** Gemini leaves tool prompts out of the prompt and thoughts out of the candidates; https://ai.google.dev/api/generate-content#UsageMetadata */
function gemini(counts: Counts): LlmUsage {
  const prompt = counts.get('promptTokenCount')
  const tools = counts.get('toolUsePromptTokenCount')
  const candidates = counts.get('candidatesTokenCount')
  const thoughts = counts.get('thoughtsTokenCount')
  return {
    inputTokens: prompt === undefined ? undefined : prompt + (tools ?? 0),
    outputTokens: candidates === undefined && thoughts === undefined ? undefined : (candidates ?? 0) + (thoughts ?? 0),
    cacheReadTokens: counts.get('cachedContentTokenCount'),
    cacheWriteTokens: undefined,
    cacheWrite1hTokens: undefined,
    reasoningTokens: thoughts,
    audioInputTokens: counts.modality('promptTokensDetails', 'AUDIO'),
    audioOutputTokens: counts.modality('candidatesTokensDetails', 'AUDIO')
  }
}

/** Reads counts and remembers whether any was no count. */
class Counts {
  odd = false

  constructor(
    private readonly raw: Raw,
    private readonly root?: Counts
  ) {}

  get(...names: string[]): number | undefined {
    for (const name of names) {
      const value = this.raw[name]
      if (value === undefined || value === null) continue
      if (typeof value === 'number' && value >= 0 && value <= MOST) return value
      ;(this.root ?? this).odd = true
    }
    return undefined
  }

  part(...names: string[]): Counts {
    for (const name of names) {
      const value = this.raw[name]
      if (typeof value === 'object' && value !== null) return new Counts(value as Raw, this.root ?? this)
    }
    return new Counts({}, this.root ?? this)
  }

  modality(name: string, modality: string): number | undefined {
    const list = this.raw[name]
    if (!Array.isArray(list)) return undefined
    const entry = list.find((item: { modality?: unknown } | null) => item?.modality === modality) as Raw | undefined
    return entry ? new Counts(entry, this).get('tokenCount') : undefined
  }
}

/** Later figures replace earlier ones: every provider reports running totals. */
export function laterUsage(earlier: Raw | undefined, later: Raw): Raw {
  if (!earlier) return later
  const merged: Record<string, unknown> = { ...earlier }
  for (const [name, value] of Object.entries(later)) if (value !== null && value !== undefined) merged[name] = value
  return merged
}
