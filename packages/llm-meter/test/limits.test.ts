// What providers say about their limits: read from the headers, kept as gauges, counted by reason, and kept to when pacing is on.
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { readRateLimit, retryAfterMs } from '../src/limits/headers.js'
import { answering, figures, metered, until } from './support.js'
import { answerAnthropic } from './wire/anthropic.js'
import { answerOpenAI } from './wire/openai.js'
import { startWire, type Wire } from './wire/server.js'

const NOW = Date.UTC(2026, 0, 1)
const read = (headers: Record<string, string>, provider = 'openai') => readRateLimit(new Headers(headers), provider, NOW)

describe('headers', () => {
  it.each([
    ['6m0s', 360_000],
    ['120ms', 120],
    ['1.5s', 1500],
    ['1h2m3s', 3_723_000],
    ['7', 7000],
    ['', undefined],
    ['soon', undefined],
    ['-5s', undefined],
    ['6m0x', undefined]
  ])('a reset of %j is %j ms', (text, ms) => {
    expect(read({ 'x-ratelimit-limit-tokens': '1', 'x-ratelimit-reset-tokens': text })?.tokensResetMs).toBe(ms)
  })

  it('of OpenAI, Azure and Groq', () => {
    const headers = {
      'x-ratelimit-limit-requests': '500',
      'x-ratelimit-remaining-requests': '499',
      'x-ratelimit-limit-tokens': '30000',
      'x-ratelimit-remaining-tokens': '24000',
      'x-ratelimit-reset-tokens': '6m0s'
    }
    expect(read(headers)).toEqual({
      requestsLimit: 500,
      requestsRemaining: 499,
      tokensLimit: 30_000,
      tokensRemaining: 24_000,
      tokensResetMs: 360_000,
      requestsResetMs: undefined
    })
  })

  it('of Azure alone, which names what remains but no limit', () => {
    expect(read({ 'x-ratelimit-remaining-requests': '9', 'x-ratelimit-remaining-tokens': '700' }, 'azure.ai.openai')).toMatchObject({
      requestsLimit: undefined,
      requestsRemaining: 9,
      tokensRemaining: 700
    })
  })

  it('of Anthropic, with its instants and its input tokens', () => {
    expect(
      read(
        {
          'anthropic-ratelimit-requests-limit': '50',
          'anthropic-ratelimit-requests-remaining': '49',
          'anthropic-ratelimit-input-tokens-limit': '40000',
          'anthropic-ratelimit-input-tokens-remaining': '30000',
          'anthropic-ratelimit-input-tokens-reset': '2026-01-01T00:00:30Z'
        },
        'anthropic'
      )
    ).toEqual({
      requestsLimit: 50,
      requestsRemaining: 49,
      tokensLimit: 40_000,
      tokensRemaining: 30_000,
      tokensResetMs: 30_000,
      requestsResetMs: undefined
    })
  })

  it('that are no numbers are unknown, never 0', () => {
    for (const text of ['many', '', ' ', '-1', 'NaN', 'Infinity', '1e999'])
      expect(read({ 'x-ratelimit-limit-requests': '5', 'x-ratelimit-remaining-requests': text })?.requestsRemaining, text).toBeUndefined()
    expect(read({})).toBeUndefined()
    expect(read({ 'x-ratelimit-limit-requests': 'many' })).toBeUndefined()
  })

  it.each([
    [{ 'retry-after-ms': '250' }, 250],
    [{ 'retry-after': '2' }, 2000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:10 GMT' }, 10_000],
    [{ 'retry-after': 'Wed, 31 Dec 2025 00:00:10 GMT' }, 0],
    [{ 'retry-after': 'later' }, undefined],
    [{ 'retry-after': '-1' }, undefined],
    [{}, undefined]
  ])('%j means to wait %j ms', (headers, ms) => {
    expect(retryAfterMs(new Headers(headers as Record<string, string>), NOW)).toBe(ms)
  })
})

describe('through the clients (wire-level stub)', () => {
  let openai: Wire
  let anthropic: Wire
  beforeAll(async () => {
    openai = await startWire((exchange) => answerOpenAI(exchange))
    anthropic = await startWire(answerAnthropic)
  })
  afterAll(() => Promise.all([openai.close(), anthropic.close()]))

  it('the record and the gauges say the same', async () => {
    const { meter, records } = metered()
    const client = meter.wrap(new OpenAI({ apiKey: 'test-key', baseURL: `${openai.url('normal')}/v1` }))
    await client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'x' }] })
    await until(() => records.length === 1)
    expect(records[0]?.rateLimit).toMatchObject({
      requestsLimit: 500,
      requestsRemaining: 499,
      tokensLimit: 30_000,
      tokensRemaining: 24_000
    })
    const gauge = (name: string, kind?: string) =>
      figures(meter).get(`${name}{gen_ai_provider_name="openai",gen_ai_request_model="m"${kind ? `,kind="${kind}"` : ''}}`)
    expect(gauge('rag_llm_rate_limit', 'tokens')).toBe(30_000)
    expect(gauge('rag_llm_rate_limit_used', 'tokens')).toBe(6000)
    expect(gauge('rag_llm_rate_limit_utilisation_ratio', 'tokens')).toBeCloseTo(0.2, 12)
    expect(gauge('rag_llm_rate_limit_used', 'requests')).toBe(1)
    expect(gauge('rag_llm_rate_limit_reset_seconds')).toBeGreaterThan(300)
  })

  it('a stream of Anthropic tells its limits too', async () => {
    const { meter, records } = metered()
    const client = meter.wrap(new Anthropic({ apiKey: 'test-key', baseURL: anthropic.url('normal') }))
    await client.messages.stream({ model: 'claude-sonnet-5', max_tokens: 5, messages: [{ role: 'user', content: 'x' }] }).finalMessage()
    await until(() => records.length === 1)
    expect(records[0]?.rateLimit).toMatchObject({ requestsLimit: 50, tokensRemaining: 30_000 })
  })

  it('429s and retries are counted by reason', async () => {
    const { meter, records } = metered()
    const client = meter.wrap(new OpenAI({ apiKey: 'test-key', baseURL: `${openai.url('retry')}/v1`, maxRetries: 2 }))
    await client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'x' }] })
    await until(() => records.length === 1)
    const labels = 'gen_ai_provider_name="openai",gen_ai_request_model="m"'
    expect(figures(meter).get(`rag_llm_rate_limited_total{${labels}}`)).toBe(1)
    expect(figures(meter).get(`rag_llm_retries_total{${labels},reason="429"}`)).toBe(1)
  })
})

describe('series', () => {
  const real = globalThis.fetch
  afterEach(() => {
    globalThis.fetch = real
  })
  it('are bounded, whatever models a stranger names', async () => {
    globalThis.fetch = answering(
      () => new Response('{"usage":{}}', { headers: { 'x-ratelimit-limit-requests': '5', 'x-ratelimit-remaining-requests': '1' } })
    )
    const { meter } = metered()
    for (let n = 0; n < 1000; n++) {
      const body = JSON.stringify({ model: `m${n}`, messages: [] })
      await (await meter.fetch('https://api.openai.com/v1/chat/completions', { method: 'POST', body })).text()
    }
    expect([...figures(meter).keys()].filter((name) => name.startsWith('rag_llm_rate_limit{')).length).toBeLessThanOrEqual(201)
    expect(meter.quality().length).toBeLessThanOrEqual(201)
  })
  it('of 429s begin at zero with the first reply, so that the first 429 is a rise', async () => {
    globalThis.fetch = answering(() => new Response('{"usage":{}}'))
    const { meter } = metered()
    const body = JSON.stringify({ model: 'm', messages: [] })
    await (await meter.fetch('https://api.openai.com/v1/chat/completions', { method: 'POST', body })).text()
    expect(figures(meter).get('rag_llm_rate_limited_total{gen_ai_provider_name="openai",gen_ai_request_model="m"}')).toBe(0)
  })
})

describe('pacing', () => {
  const real = globalThis.fetch
  afterEach(() => {
    globalThis.fetch = real
  })
  const call = async (fetch: typeof globalThis.fetch, signal?: AbortSignal) => {
    const body = JSON.stringify({ model: 'm', messages: [] })
    const response = await fetch('https://api.openai.com/v1/chat/completions', { method: 'POST', body, ...(signal && { signal }) })
    await response.text()
    return performance.now()
  }
  /** A provider with a limit of requests in a window, which refuses what goes beyond. */
  function limited(limit: number, windowMs: number) {
    let [count, since, refused] = [0, performance.now(), 0]
    globalThis.fetch = answering(() => {
      if (performance.now() - since >= windowMs) [count, since] = [0, performance.now()]
      const left = windowMs - (performance.now() - since)
      if (count >= limit) {
        refused++
        return new Response('{"error":{}}', { status: 429, headers: { 'retry-after-ms': String(Math.ceil(left)) } })
      }
      count++
      const headers = {
        'x-ratelimit-limit-requests': String(limit),
        'x-ratelimit-remaining-requests': String(limit - count),
        'x-ratelimit-reset-requests': `${Math.ceil(left)}ms`,
        'x-ratelimit-reset-tokens': '0ms'
      }
      return new Response('{"usage":{}}', { headers })
    })
    return () => refused
  }

  it('keeps calls one after another under the limit, so that the provider refuses none', async () => {
    const refused = limited(5, 300)
    const { meter } = metered({ pacing: { reserve: 0 } })
    for (let n = 0; n < 12; n++) await call(meter.fetch)
    expect(refused()).toBe(0)
    expect(figures(meter).get('rag_llm_reroutes_total{reason="paced"}')).toBeGreaterThan(0)
  })

  it('without it the same calls run into the limit', async () => {
    const refused = limited(5, 300)
    const { meter } = metered()
    for (let n = 0; n < 12; n++) await call(meter.fetch)
    expect(refused()).toBeGreaterThan(0)
  })

  it('waits as long as a 429 asks, but no longer than maxWait and not beyond an abort', async () => {
    globalThis.fetch = answering(() => new Response('{"error":{}}', { status: 429, headers: { 'retry-after': '60' } }))
    const { meter } = metered({ pacing: { maxWait: 100 } })
    const first = await call(meter.fetch)
    const second = await call(meter.fetch)
    expect(second - first).toBeGreaterThan(90)
    expect(second - first).toBeLessThan(5000)
    const patient = metered({ pacing: {} }).meter
    await call(patient.fetch)
    const started = performance.now()
    await call(patient.fetch, AbortSignal.timeout(50)).catch(() => {})
    expect(performance.now() - started).toBeLessThan(10_000)
  })
})
