// The most that a call can cost: bytes bound input tokens, the named maximum bounds output.
import { costOf, dearest, type Rates } from '../prices/cost.js'
import type { PriceList } from '../prices/price-list.js'
import type { Target } from '../recognise.js'

/** Tokens that a message adds besides its text, at most. */
const PER_MESSAGE = 16
/** Parts whose tokens neither bytes nor a documented maximum bound. */
const MEDIA =
  /"type":"(image_url|input_image|image|document|file|input_file|input_audio|video|video_url|audio)"|"inline_?data"|"file_?data"/i
const IMAGE = /^(image_url|input_image|image)$/
/**
 * The most tokens of an image where its provider documents one.
 * Anthropic: 4784 at the higher resolution, https://docs.claude.com/en/docs/build-with-claude/vision
 * OpenAI: 2833 and 5667 for each of at most eight tiles with `gpt-4o-mini`, the dearest, https://platform.openai.com/docs/guides/images-vision
 */
const IMAGE_TOKENS: Readonly<Record<string, number>> = { anthropic: 4784, openai: 2833 + 8 * 5667, 'azure.ai.openai': 2833 + 8 * 5667 }
/** State, stored prompts and searches by which the server adds to the input. */
const REMOTE = ['previous_response_id', 'conversation', 'cachedContent', 'web_search_options', 'mcp_servers', 'container']
/** Tools that run where the application is; any other one runs at the provider and feeds the model what it finds. */
const LOCAL_TOOL = /^(function|custom)$|^(bash|text_editor|computer|memory)_\d+$/
/** What a provider adds to the input so that the model can use tools or keep to a format, and for each tool that it describes itself. */
const FOR_TOOLS = 512
const PER_NAMED_TOOL = 1024
const FORMATS = ['response_format', 'output_format', 'output_config', 'text']

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
  const isRead = typeof body === 'object' && body !== null
  const raw = (isRead ? body : {}) as Readonly<Record<string, unknown>>
  const inputTokens = counted ?? (isRead ? inputBound(raw, target.provider) : Number.POSITIVE_INFINITY)
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
function inputBound(raw: Readonly<Record<string, unknown>>, provider: string): number {
  if (REMOTE.some((name) => raw[name] !== undefined && raw[name] !== null) || isStored(raw['prompt'])) return Number.POSITIVE_INFINITY
  const tools = toolsBound(raw['tools'])
  const formats = FORMATS.some((name) => raw[name] !== undefined) ? FOR_TOOLS : 0
  const perImage = IMAGE_TOKENS[provider]
  let images = 0
  const text = JSON.stringify(raw, (_name, value: unknown) => {
    if (perImage === undefined || !IMAGE.test(String((value as { type?: unknown } | null)?.type))) return value
    images++
    return ''
  })
  if (MEDIA.test(text)) return Number.POSITIVE_INFINITY
  let messages = 1
  for (const name of ['messages', 'input', 'contents', 'tools']) if (Array.isArray(raw[name])) messages += raw[name].length
  return Buffer.byteLength(text) + messages * PER_MESSAGE + images * (perImage ?? 0) + tools + formats
}

/** A prompt that the provider keeps, by its id. */
function isStored(prompt: unknown): boolean {
  return typeof prompt === 'object' && prompt !== null && !Array.isArray(prompt)
}

/** What tools add to the bytes of their description; Infinity when the provider runs one. */
function toolsBound(tools: unknown): number {
  if (!Array.isArray(tools) || tools.length === 0) return 0
  let bound = FOR_TOOLS
  for (const tool of tools as readonly (Readonly<Record<string, unknown>> | null)[]) {
    if (!tool || !isLocal(tool)) return Number.POSITIVE_INFINITY
    if (/_\d+$/.test(String(tool['type']))) bound += PER_NAMED_TOOL
  }
  return bound
}

function isLocal(tool: Readonly<Record<string, unknown>>): boolean {
  if (typeof tool['type'] === 'string') return LOCAL_TOOL.test(tool['type'])
  return tool['name'] !== undefined || Object.keys(tool).every((key) => /^function_?declarations$/i.test(key))
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
  const output = most(dearest(rates.output), dearest(rates.audioOutput), dearest(rates.reasoning))
  if (!Number.isFinite(inputTokens) || !Number.isFinite(outputTokens)) return Number.POSITIVE_INFINITY
  const flat = {
    input,
    output,
    cacheRead: undefined,
    cacheWrite: undefined,
    cacheWrite1h: undefined,
    audioInput: undefined,
    audioOutput: undefined,
    request: dearest(rates.request)
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
