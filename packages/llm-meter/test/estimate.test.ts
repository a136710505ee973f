// Estimates: made only when asked for, only where the provider said nothing, marked, and in no figure of what was billed.
import OpenAI from 'openai'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { estimateTokens } from '../src/index.js'
import { answering, figures, inPieces, metered, until } from './support.js'
import { answerAnthropic } from './wire/anthropic.js'
import { answerOpenAI } from './wire/openai.js'
import { startWire, type Wire } from './wire/server.js'

const real = globalThis.fetch
const prices = { m: { input: 1, output: 2 }, 'gpt-5-mini': { input: 1, output: 2 }, 'claude-sonnet-5': { input: 1, output: 2 } }
const messages = [{ role: 'user', content: 'How long is a fortnight?' }]
const INPUT = estimateTokens('How long is a fortnight?') + 4
afterEach(() => {
  globalThis.fetch = real
})

const frame = (more: object) => `data: ${JSON.stringify(more)}\n\n`
const delta = (content: string) => frame({ choices: [{ index: 0, delta: { content } }] })

/** One call through the metered fetch, whose reply is given. */
async function call(reply: () => Response, options: Parameters<typeof metered>[0] = { estimate: true }, body: object = {}) {
  globalThis.fetch = answering(reply)
  const { meter, records } = metered({ prices, ...options })
  const handle = meter.budget({ name: 'all', window: '1h', limit: { tokens: 1e6, usd: 1 } })
  const response = await meter.fetch('https://api.openai.com/v1/chat/completions', {
    method: 'POST',
    body: JSON.stringify({ model: 'm', messages, max_tokens: 50, stream: true, ...body })
  })
  await response.text().catch(() => {})
  await until(() => records.length === 1)
  return { record: records[0]!, meter, handle }
}
const without = () => inPieces(Buffer.from(`${delta('Four')}${delta('teen')}${delta(' days')}data: [DONE]\n\n`), 30)

describe('a stream whose usage never came', () => {
  it('is unknown unless estimates are asked for', async () => {
    const { record, meter } = await call(without, {})
    expect(record).toMatchObject({ estimated: false, usage: { inputTokens: undefined, outputTokens: undefined }, costUsd: undefined })
    expect(record.estimate).toBeUndefined()
    expect([...figures(meter).keys()].filter((name) => name.includes('estimated'))).toEqual([])
  })

  it('is estimated from its texts, marked, and kept apart from what is billed', async () => {
    const { record, meter, handle } = await call(without)
    const outputTokens = estimateTokens('Fourteen days')
    const costUsd = (INPUT + 2 * outputTokens) / 1e6
    expect(record).toMatchObject({ estimated: true, estimate: { inputTokens: INPUT, outputTokens, costUsd } })
    expect(record).toMatchObject({ usage: { inputTokens: undefined, outputTokens: undefined }, costUsd: undefined })
    const labels = 'gen_ai_provider_name="openai",gen_ai_request_model="m"'
    expect(figures(meter).get(`rag_llm_estimated_tokens_total{${labels},kind="input"}`)).toBe(INPUT)
    expect(figures(meter).get(`rag_llm_estimated_tokens_total{${labels},kind="output"}`)).toBe(outputTokens)
    expect(figures(meter).get(`rag_llm_estimated_cost_usd_total{${labels}}`)).toBe(costUsd)
    expect(meter.quality()[0]).toMatchObject({ inputTokens: 0, outputTokens: 0, costUsd: undefined })
    // A budget books what was held: an estimate may be too low.
    expect((await handle.state())[0]!.used.tokens).toBeGreaterThan(INPUT + outputTokens)
  })

  it('uses the tokenizer given; one that throws costs its own count only', async () => {
    const { record } = await call(without, { estimate: { count: (text) => text.length } })
    expect(record.estimate).toMatchObject({ inputTokens: messages[0]!.content.length + 4, outputTokens: 'Fourteen days'.length })
    const thrown = await call(without, {
      estimate: {
        count() {
          throw new Error('mine')
        }
      }
    })
    expect(thrown.record.estimate).toMatchObject({ inputTokens: INPUT })
  })

  it('is partly unknown where no text tells: an image, or an answer that never began', async () => {
    const image = [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }] }]
    const { record } = await call(without, { estimate: true }, { messages: image })
    expect(record.estimate).toMatchObject({ inputTokens: undefined, outputTokens: expect.any(Number), costUsd: undefined })
    const empty = await call(() => inPieces(Buffer.from('data: [DONE]\n\n'), 30))
    expect(empty.record.estimate).toMatchObject({ inputTokens: INPUT, outputTokens: undefined, costUsd: undefined })
  })
})

it('a whole answer without usage is estimated too', async () => {
  const body = JSON.stringify({ choices: [{ message: { role: 'assistant', content: 'Fourteen days' } }] })
  const { record } = await call(
    () => new Response(body, { headers: { 'content-type': 'application/json' } }),
    { estimate: true },
    { stream: false }
  )
  expect(record).toMatchObject({ estimated: true, estimate: { inputTokens: INPUT, outputTokens: estimateTokens('Fourteen days') } })
})

it('what the provider said is never estimated, and a refusal costs nothing', async () => {
  const usage = { prompt_tokens: 7, completion_tokens: 2 }
  const told = await call(() => inPieces(Buffer.from(`${delta('hi')}${frame({ choices: [], usage })}data: [DONE]\n\n`), 50))
  expect(told.record).toMatchObject({ estimated: false, usage: { inputTokens: 7, outputTokens: 2 } })
  expect(told.record.estimate).toBeUndefined()
  const refused = await call(() => new Response('{"error":{}}', { status: 400 }))
  expect(refused.record).toMatchObject({ estimated: false, outcome: 'error' })
})

describe('with the clients of the vendors (wire-level stub)', () => {
  let openai: Wire
  let anthropic: Wire
  beforeAll(async () => {
    ;[openai, anthropic] = await Promise.all([startWire((exchange) => answerOpenAI(exchange)), startWire(answerAnthropic)])
  })
  afterAll(() => Promise.all([openai.close(), anthropic.close()]))

  it('an aborted stream of OpenAI is estimated whole', async () => {
    const { meter, records } = metered({ estimate: true, prices })
    const client = meter.wrap(new OpenAI({ apiKey: 'test-key', baseURL: `${openai.url('stall')}/v1` }))
    const stream = await client.chat.completions.create({ model: 'gpt-5-mini', messages: messages as never, stream: true })
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break
    await until(() => records.length === 1)
    expect(records[0]).toMatchObject({ outcome: 'aborted', estimated: true, costUsd: undefined })
    expect(records[0]!.estimate!.inputTokens).toBe(INPUT)
    expect(records[0]!.estimate!.outputTokens).toBeGreaterThan(0)
  })

  it('of an aborted stream of Anthropic only the output is estimated: the input was told', async () => {
    const { default: Anthropic } = await import('@anthropic-ai/sdk')
    const { meter, records } = metered({ estimate: true, prices })
    const client = meter.wrap(new Anthropic({ apiKey: 'test-key', baseURL: anthropic.url('stall') }))
    const stream = await client.messages.create({ model: 'claude-sonnet-5', max_tokens: 400, messages: messages as never, stream: true })
    for await (const event of stream) if (event.type === 'content_block_delta') break
    await until(() => records.length === 1)
    const { usage, estimate, estimated } = records[0]!
    expect(estimated).toBe(true)
    expect(usage).toMatchObject({ inputTokens: 2006, outputTokens: undefined })
    expect(estimate).toMatchObject({ inputTokens: 2006 })
    expect(estimate!.outputTokens).toBeGreaterThan(0)
    const labels = 'gen_ai_provider_name="anthropic",gen_ai_request_model="claude-sonnet-5"'
    expect(figures(meter).get(`rag_llm_estimated_tokens_total{${labels},kind="input"}`)).toBe(0)
  })
})
