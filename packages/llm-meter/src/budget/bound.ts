// The most that a call can cost: bytes bound input tokens, the named maximum bounds output.
import { costOf, dearest, type Rates } from '../prices/cost.js'
import type { PriceList } from '../prices/price-list.js'
import type { Target } from '../recognise.js'

/** Tokens that a message adds besides its text, at most. */
const PER_MESSAGE = 16
/** Parts whose tokens bytes do not bound. */
const MEDIA = /"type":"(image_url|input_image|image|document|file|input_file|input_audio|video)"|"inline_?data"|"file_?data"/i
/** State that the server adds to the input. */
const REMOTE = ['previous_response_id', 'conversation', 'cachedContent']

export interface Bound {
  /** Infinity when nothing bounds it. */
  inputTokens: number
  outputTokens: number
  usd: number
  /** The input alone. */
  inputUsd: number
}

export function boundOf(
  target: Target,
  body: unknown,
  counted: number | undefined,
  assumedOutput: number | undefined,
  prices: PriceList
): Bound {
  const raw = (typeof body === 'object' && body !== null ? body : {}) as Readonly<Record<string, unknown>>
  const inputTokens = counted ?? inputBound(raw)
  const outputTokens = target.operation === 'embeddings' ? 0 : (outputBound(target, raw) ?? assumedOutput ?? Number.POSITIVE_INFINITY)
  const found = prices.find(target.provider, target.model)
  return {
    inputTokens,
    outputTokens,
    usd: found ? worst(found.rates, inputTokens, outputTokens, target.operation) : Number.POSITIVE_INFINITY,
    inputUsd: found ? worst(found.rates, inputTokens, 0, target.operation) : Number.POSITIVE_INFINITY
  }
}

/** A token of a byte-level encoding is at least one byte, and JSON only adds bytes. */
function inputBound(raw: Readonly<Record<string, unknown>>): number {
  if (REMOTE.some((name) => raw[name] !== undefined && raw[name] !== null)) return Number.POSITIVE_INFINITY
  const text = JSON.stringify(raw)
  if (MEDIA.test(text)) return Number.POSITIVE_INFINITY
  let messages = 1
  for (const name of ['messages', 'input', 'contents', 'tools']) if (Array.isArray(raw[name])) messages += raw[name].length
  return Buffer.byteLength(text) + messages * PER_MESSAGE
}

function outputBound(target: Target, raw: Readonly<Record<string, unknown>>): number | undefined {
  const config = (raw['generationConfig'] ?? {}) as Readonly<Record<string, unknown>>
  const most = [raw['max_completion_tokens'], raw['max_output_tokens'], raw['max_tokens'], config['maxOutputTokens']].find(
    (value) => typeof value === 'number'
  )
  const times = [raw['n'], config['candidateCount']].find((value) => typeof value === 'number') ?? 1
  if (most === undefined) return undefined
  return target.dialect === 'responses' && raw['background'] === true ? undefined : (most as number) * (times as number)
}

function worst(rates: Rates, inputTokens: number, outputTokens: number, operation: string): number {
  const most = (...list: (number | undefined)[]): number => Math.max(0, ...list.filter((value) => value !== undefined))
  const input = most(dearest(rates.input), dearest(rates.cacheWrite), dearest(rates.cacheWrite1h), dearest(rates.audioInput))
  const output = most(dearest(rates.output), dearest(rates.audioOutput))
  if (!Number.isFinite(inputTokens) || !Number.isFinite(outputTokens)) return Number.POSITIVE_INFINITY
  const flat = {
    input,
    output,
    cacheRead: undefined,
    cacheWrite: undefined,
    cacheWrite1h: undefined,
    audioInput: undefined,
    audioOutput: undefined
  }
  const usage = {
    inputTokens,
    outputTokens,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    cacheWrite1hTokens: 0,
    reasoningTokens: 0,
    audioInputTokens: 0,
    audioOutputTokens: 0
  }
  return costOf(flat, usage, operation) ?? Number.POSITIVE_INFINITY
}
