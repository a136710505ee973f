// Finds the rates of a model: the application's prices first, then the bundled list; what was found is kept.
import { calcPrice } from '@pydantic/genai-prices'
import { RagError } from '@rag/core'
import type { Price, Prices } from '../types.js'
import type { Rate, Rates } from './cost.js'

/** The bundled list: the version that this package was tested with, and the day it was published. A test holds both together. */
export const PRICES = { version: '0.1.8', dated: Date.UTC(2026, 8, 23) } as const

/** Half the price by the published terms of OpenAI (flex, batch) and Anthropic (batch). */
const TIER_FACTORS: Readonly<Record<string, number>> = { flex: 0.5, batch: 0.5 }
/** Tiers at the list price. */
const PLAIN_TIERS = new Set(['default', 'standard', 'auto', 'on_demand', 'performance'])
const PROVIDERS: Readonly<Record<string, string>> = {
  'azure.ai.openai': 'azure',
  'azure.ai.inference': 'azure',
  'gcp.gemini': 'google',
  'gcp.vertex_ai': 'google',
  mistral_ai: 'mistral',
  x_ai: 'x-ai'
}
const MAX_KEPT = 1000
/** Prices change by date: what was found is looked up again after an hour. */
const KEPT_MS = 3_600_000

export interface Found {
  rates: Rates
  factor: number
}

export interface PriceList {
  find(provider: string, model: string, responseModel?: string, tier?: string): Found | undefined
}

/** @throws RagError `RAG_LLM_OPTION` for a price that is no number. */
export function createPriceList(prices: Prices = {}): PriceList {
  if (typeof prices !== 'object' || prices === null || Array.isArray(prices)) {
    throw new RagError('RAG_LLM_OPTION', {
      option: 'prices',
      value: prices,
      problem: 'this is no list of prices',
      fix: "give USD per million tokens by model, such as { 'my-model': { input: 1, output: 2 } }"
    })
  }
  for (const [model, price] of Object.entries(prices)) checkPrice(model, price)
  const own = new Map(Object.entries(prices).map(([model, price]) => [model, ratesOf(price)]))
  const kept = new Map<string, Found | null>()
  let keptSince = Date.now()
  return {
    find(provider, model, responseModel, tier) {
      const key = `${provider}\n${model}\n${responseModel ?? ''}\n${tier ?? ''}`
      let found = kept.get(key)
      if (found === undefined) {
        if (kept.size >= MAX_KEPT || Date.now() - keptSince > KEPT_MS) {
          kept.clear()
          keptSince = Date.now()
        }
        found = resolve(own, provider, model, responseModel, tier) ?? null
        kept.set(key, found)
      }
      return found ?? undefined
    }
  }
}

function resolve(
  own: Map<string, Rates>,
  provider: string,
  model: string,
  responseModel: string | undefined,
  tier: string | undefined
): Found | undefined {
  const names = responseModel && responseModel !== model ? [model, responseModel] : [model]
  const plain = tier === undefined || PLAIN_TIERS.has(tier)
  for (const suffix of plain ? [''] : [`@${tier}`]) {
    for (const name of names) {
      const rates = own.get(`${provider}/${name}${suffix}`) ?? own.get(name + suffix)
      if (rates) return { rates, factor: 1 }
    }
  }
  const factor = plain ? 1 : TIER_FACTORS[tier]
  if (factor === undefined) return undefined
  if (!plain) {
    for (const name of names) {
      const rates = own.get(`${provider}/${name}`) ?? own.get(name)
      if (rates) return { rates, factor }
    }
  }
  for (const name of names.reverse()) {
    const rates = bundled(PROVIDERS[provider] ?? provider, name)
    if (rates) return { rates, factor }
  }
  return undefined
}

function bundled(providerId: string, model: string): Rates | undefined {
  try {
    const price = calcPrice({ input_tokens: 1, output_tokens: 1 }, model, { providerId })?.model_price
    // Citations are a kind of token that no usage here has: a sum without them would be too low.
    if (!price || price['output_citation_mtok'] !== undefined) return undefined
    const rate = (name: string) => price[name] as Rate | undefined
    return {
      input: rate('input_mtok'),
      output: rate('output_mtok'),
      cacheRead: rate('cache_read_mtok'),
      cacheWrite: rate('cache_write_mtok'),
      cacheWrite1h: rate('cache_write_1h_mtok'),
      audioInput: rate('input_audio_mtok'),
      audioOutput: rate('output_audio_mtok'),
      reasoning: rate('output_reasoning_mtok'),
      request: rate('requests_kcount'),
      webSearch: rate('web_searches_kcount'),
      fileSearch: rate('storage_searches_kcount')
    }
  } catch {
    return undefined
  }
}

function ratesOf(price: Price): Rates {
  return { ...NO_RATES, ...price }
}

const NO_RATES: Rates = {
  input: undefined,
  output: undefined,
  cacheRead: undefined,
  cacheWrite: undefined,
  cacheWrite1h: undefined,
  audioInput: undefined,
  audioOutput: undefined
}
const KINDS = [
  'input',
  'output',
  'cacheRead',
  'cacheWrite',
  'cacheWrite1h',
  'audioInput',
  'audioOutput',
  'reasoning',
  'request',
  'webSearch',
  'fileSearch'
]

function checkPrice(model: string, price: Price): void {
  if (typeof price !== 'object' || price === null || price.input === undefined)
    throw new RagError('RAG_LLM_OPTION', {
      option: `prices['${model}']`,
      value: price,
      problem: 'it has no price for input',
      fix: `give USD per million tokens, such as { input: 0.25, output: 2 }`
    })
  for (const [kind, value] of Object.entries(price)) {
    if (KINDS.includes(kind) && (value === undefined || (typeof value === 'number' && value >= 0 && Number.isFinite(value)))) continue
    throw new RagError('RAG_LLM_OPTION', {
      option: `prices['${model}'].${kind}`,
      value,
      problem: 'this is no price',
      fix: `give USD per million tokens for ${KINDS.join(', ')}`
    })
  }
}
