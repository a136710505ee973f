// The price of a call: exact against whole-number arithmetic, in agreement with the price list's own, and honest where a price is unknown.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { calcPrice, findProvider } from '@pydantic/genai-prices'
import type { LlmUsage } from '@rag/core'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { costOf, type Rate, type Rates } from '../src/prices/cost.js'
import { createPriceList, PRICES } from '../src/prices/price-list.js'
import { answering, figures, metered, until } from './support.js'

const PROVIDERS = ['openai', 'anthropic', 'google', 'groq', 'mistral', 'deepseek', 'x-ai']
const KINDS = ['input', 'output', 'cacheRead', 'cacheWrite', 'cacheWrite1h', 'audioInput', 'audioOutput', 'reasoning'] as const
const list = createPriceList()

/** Models of the bundled list with plain or tiered prices for input and output. */
const models = PROVIDERS.flatMap((provider) => {
  const known = findProvider({ providerId: provider } as never)?.models ?? []
  return known
    .map(({ id }) => ({ provider, model: id }))
    .filter(({ model }) => {
      const rates = list.find(provider, model)?.rates
      return rates?.input !== undefined && rates.output !== undefined
    })
})

/** Random usage whose parts fit into its totals. */
const usages = fc
  .record({
    input: fc.integer({ min: 0, max: 1_500_000 }),
    output: fc.integer({ min: 0, max: 200_000 }),
    shares: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 5, maxLength: 5 })
  })
  .map(({ input, output, shares }): LlmUsage => {
    const [read, write, hour, audioIn, audioOut] = shares as [number, number, number, number, number]
    const cacheReadTokens = Math.floor(input * read)
    const cacheWriteTokens = Math.floor((input - cacheReadTokens) * write)
    return {
      inputTokens: input,
      outputTokens: output,
      cacheReadTokens,
      cacheWriteTokens,
      cacheWrite1hTokens: Math.floor(cacheWriteTokens * hour),
      reasoningTokens: Math.floor(output / 2),
      audioInputTokens: Math.floor((input - cacheReadTokens - cacheWriteTokens) * audioIn),
      audioOutputTokens: Math.floor(output * audioOut)
    }
  })

/** The same in whole numbers: prices as billionths of a dollar a million tokens, so that nothing is rounded before the end. */
function exactly(rates: Rates, usage: LlmUsage): number {
  const units = (rate: Rate | undefined): bigint | undefined => {
    if (rate === undefined) return undefined
    if (typeof rate === 'number') return BigInt(Math.round(rate * 1e9))
    const tier = rate.tiers.filter(({ start }) => usage.inputTokens! > start).at(-1)
    return BigInt(Math.round((tier?.price ?? rate.base) * 1e9))
  }
  const input = units(rates.input)!
  const output = units(rates.output)!
  const write = units(rates.cacheWrite) ?? input
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, cacheWrite1hTokens, audioInputTokens, audioOutputTokens } = usage
  const count = (value: number | undefined) => BigInt(value ?? 0)
  const rest = outputTokens! - (audioOutputTokens ?? 0)
  const reasoning = BigInt(Math.min(usage.reasoningTokens ?? 0, rest))
  const sum =
    (count(inputTokens) - count(cacheReadTokens) - count(cacheWriteTokens) - count(audioInputTokens)) * input +
    count(cacheReadTokens) * (units(rates.cacheRead) ?? input) +
    (count(cacheWriteTokens) - count(cacheWrite1hTokens)) * write +
    count(cacheWrite1hTokens) * (units(rates.cacheWrite1h) ?? write) +
    count(audioInputTokens) * (units(rates.audioInput) ?? input) +
    (BigInt(rest) - reasoning) * output +
    reasoning * (units(rates.reasoning) ?? output) +
    count(audioOutputTokens) * (units(rates.audioOutput) ?? output)
  // 1e15 units are a dollar: whole dollars and the rest apart, so that a double holds both.
  return Number(sum / 10n ** 15n) + Number(sum % 10n ** 15n) / 1e15
}

it('every model of the bundled list costs to 1e-12 what whole-number arithmetic says', () => {
  expect(models.length).toBeGreaterThanOrEqual(20)
  for (const { provider, model } of models) {
    const { rates } = list.find(provider, model)!
    fc.assert(
      fc.property(usages, (usage) => {
        expect(Math.abs(costOf(rates, usage)! - exactly(rates, usage))).toBeLessThan(1e-12)
      }),
      { numRuns: 25 }
    )
  }
})

it('prices of an application cost to 1e-12 what whole-number arithmetic says, kinds without a price as the kind they are part of', () => {
  const price = fc.option(
    fc.integer({ min: 0, max: 100_000 }).map((cents) => cents / 1000),
    { nil: undefined }
  )
  const all = fc.record(
    Object.fromEntries(KINDS.map((kind) => [kind, kind === 'input' || kind === 'output' ? price.map((value) => value ?? 1) : price]))
  )
  fc.assert(
    fc.property(all, usages, (prices, usage) => {
      const found = createPriceList({ m: prices as never }).find('openai', 'm')!
      expect(Math.abs(costOf(found.rates, usage)! - exactly(found.rates, usage))).toBeLessThan(1e-12)
    }),
    { numRuns: 500 }
  )
})

it('agrees with the arithmetic of the price list itself', () => {
  for (const { provider, model } of models.filter((_model, index) => index % 7 === 0)) {
    const usage = { inputTokens: 2006, outputTokens: 300, cacheReadTokens: 1500, cacheWriteTokens: 420 } as LlmUsage
    const theirs = calcPrice({ input_tokens: 2006, output_tokens: 300, cache_read_tokens: 1500, cache_write_tokens: 420 }, model, {
      providerId: provider
    })
    const ours = costOf(list.find(provider, model)!.rates, usage)!
    if (theirs) expect(Math.abs(ours - theirs.total_price)).toBeLessThan(1e-12)
  }
})

it('audio that was cached is billed once, as cached', () => {
  const rates = { ...NO_RATES, input: 1, output: 2, cacheRead: 0.1, audioInput: 10 }
  const usage = { inputTokens: 1000, outputTokens: 0, cacheReadTokens: 800, audioInputTokens: 1000 } as LlmUsage
  expect(costOf(rates, usage)).toBeCloseTo((200 * 10 + 800 * 0.1) / 1e6, 12)
})

describe('a price that is not known', () => {
  const usage = { inputTokens: 10, outputTokens: 5 } as LlmUsage
  it('is undefined, not 0', () => {
    expect(list.find('openai', 'no-such-model')).toBeUndefined()
    expect(list.find('nobody', 'gpt-5-mini')).toBeUndefined()
    expect(costOf({ ...NO_RATES, input: 1 }, usage)).toBeUndefined()
    expect(costOf({ ...NO_RATES, output: 1 }, usage)).toBeUndefined()
  })

  it('is unknown too when a count is', () => {
    const rates = { ...NO_RATES, input: 1, output: 2 }
    expect(costOf(rates, { ...usage, inputTokens: undefined })).toBeUndefined()
    expect(costOf(rates, { ...usage, outputTokens: undefined })).toBeUndefined()
    expect(costOf(rates, { ...usage, outputTokens: undefined }, 'embeddings')).toBe(10 / 1e6)
  })
})

const NO_RATES: Rates = Object.fromEntries(KINDS.map((kind) => [kind, undefined])) as never

describe('fees that are not tokens', () => {
  const real = globalThis.fetch
  afterEach(() => {
    globalThis.fetch = real
  })
  const TOKENS = { input: 1, output: 2 }
  const costFor = async (path: string, body: object, prices?: Record<string, object>, model = 'm') => {
    globalThis.fetch = answering(() => new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' } }))
    const { meter, records } = metered(prices ? { prices: prices as never } : {})
    await (await meter.fetch(path, { method: 'POST', body: JSON.stringify({ model }) })).text()
    await until(() => records.length === 1)
    return records[0]!.costUsd
  }
  const CLAUDE = 'https://api.anthropic.com/v1/messages'
  const RESPONSES = 'https://api.openai.com/v1/responses'
  const searched = { usage: { input_tokens: 10, output_tokens: 5, server_tool_use: { web_search_requests: 3 } } }
  const call = (type: string, action?: string) => ({ type, status: 'completed', ...(action && { action: { type: action } }) })
  const output = [call('web_search_call', 'search'), call('web_search_call', 'open_page'), call('file_search_call'), { type: 'message' }]
  const listed = { output, usage: { input_tokens: 10, output_tokens: 5 } }

  it('searches that Anthropic counts and the Responses API lists are in the cost, by the thousand', async () => {
    const prices = { m: { ...TOKENS, webSearch: 10, fileSearch: 2.5 } }
    expect(await costFor(CLAUDE, searched, prices)).toBeCloseTo(20e-6 + 0.03, 12)
    expect(await costFor(RESPONSES, listed, prices)).toBeCloseTo(20e-6 + 0.01 + 0.0025, 12)
  })

  it('the bundled list has them for current models, and the fee of a request', async () => {
    expect(await costFor(CLAUDE, searched, undefined, 'claude-sonnet-4-5')).toBeCloseTo((10 * 3 + 5 * 15) / 1e6 + 0.03, 12)
    expect(await costFor(RESPONSES, listed, undefined, 'gpt-5')).toBeCloseTo((10 * 1.25 + 5 * 10) / 1e6 + 0.01 + 0.0025, 12)
    const usage = { prompt_tokens: 10, completion_tokens: 5 }
    expect(await costFor('https://api.perplexity.ai/chat/completions', { usage }, undefined, 'sonar')).toBeCloseTo(15e-6 + 0.012, 12)
  })

  it('a search without a price makes the cost unknown, not low', async () => {
    expect(await costFor(CLAUDE, searched, { m: TOKENS })).toBeUndefined()
    expect(await costFor(RESPONSES, listed, { m: { ...TOKENS, webSearch: 10 } })).toBeUndefined()
  })
})

describe('which price counts', () => {
  const own = createPriceList({
    m: { input: 1, output: 1 },
    'azure.ai.openai/m': { input: 2, output: 2 },
    'm@priority': { input: 3, output: 3 },
    'gpt-5-mini': { input: 4, output: 4 }
  })
  const inputOf = (...parts: Parameters<typeof own.find>) => {
    const found = own.find(...parts)
    return found && (found.rates.input as number) * found.factor
  }
  it('the application before the list, a provider before none, a tier before its model', () => {
    expect(inputOf('openai', 'm')).toBe(1)
    expect(inputOf('azure.ai.openai', 'm')).toBe(2)
    expect(inputOf('openai', 'm', undefined, 'priority')).toBe(3)
    expect(inputOf('openai', 'gpt-5-mini')).toBe(4)
  })
  it('the flex and batch tiers are half of the list, an unknown tier is unknown', () => {
    expect(inputOf('openai', 'm', undefined, 'flex')).toBe(0.5)
    expect(inputOf('anthropic', 'm', undefined, 'batch')).toBe(0.5)
    expect(inputOf('openai', 'm', undefined, 'default')).toBe(1)
    expect(inputOf('openai', 'gpt-5-mini', undefined, 'priority')).toBeUndefined()
  })
  it('a model that only the reply names is found by that name', () => {
    expect(inputOf('azure.ai.openai', 'my-deployment', 'm')).toBe(2)
    expect(list.find('azure.ai.openai', 'my-deployment', 'gpt-5-mini')?.rates.input).toBe(0.25)
  })
  it('a model by the name of an object member is no price', () => {
    for (const name of ['constructor', '__proto__', 'toString']) expect(own.find('openai', name)).toBeUndefined()
  })
})

it('the age of the list is a gauge, by the day of the installed version', () => {
  const root = dirname(createRequire(import.meta.url).resolve('@pydantic/genai-prices'))
  const { version } = JSON.parse(readFileSync(join(root, '../package.json'), 'utf8')) as { version: string }
  expect(PRICES.version).toBe(version)
  const seconds = figures(metered().meter).get('rag_llm_price_age_seconds')!
  expect(Math.abs(seconds - (Date.now() - PRICES.dated) / 1000)).toBeLessThan(5)
})
