// A model call through the SDK: the record, the page of metrics and the span carry the same numbers, once.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { UsageRecord } from '@rag/llm-meter'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { samples, until } from './support.js'
import { type Watched, watch } from './watch.js'

const USAGE = {
  prompt_tokens: 2006,
  completion_tokens: 300,
  prompt_tokens_details: { cached_tokens: 1920, audio_tokens: 6 },
  completion_tokens_details: { reasoning_tokens: 64 }
}
let watched: Watched
let server: Server
let url = ''
let records: UsageRecord[] = []
beforeEach(async () => {
  records = []
  const prices = { m: { input: 0.25, cacheRead: 0.025, output: 2 } }
  watched = await watch({ llm: { prices, onUsage: (record) => void records.push(record) } })
  server = createServer(async (request, response) => {
    let text = ''
    for await (const part of request) text += part
    const { stream, model } = JSON.parse(text) as { stream?: boolean; model: string }
    if (model === 'refused')
      return response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":{"type":"invalid_request_error"}}')
    if (!stream)
      return response.setHeader('content-type', 'application/json').end(JSON.stringify({ model: 'm-1', choices: [], usage: USAGE }))
    response.setHeader('content-type', 'text/event-stream')
    response.write(`data: ${JSON.stringify({ model: 'm-1', choices: [{ delta: { content: 'hi' } }] })}\n\n`)
    response.end(`data: ${JSON.stringify({ model: 'm-1', choices: [], usage: USAGE })}\n\ndata: [DONE]\n\n`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/chat/completions`
})
afterEach(async () => {
  server.closeAllConnections()
  server.close()
  await watched.stop()
})

const call = async (body: object) =>
  (await watched.obs.meter.fetch(url, { method: 'POST', body: JSON.stringify({ messages: [], ...body }) })).text()
const sum = (page: string, metric: string, labels: string) =>
  [...samples(page, metric)].filter(([text]) => text.includes(labels)).reduce((total, [, value]) => total + value, 0)

it('the record, Prometheus and the span agree to the token and the nano-dollar', async () => {
  await call({ model: 'm' })
  await call({ model: 'm', stream: true })
  await until(
    () => records.length === 2,
    () => 'two records'
  )
  const page = await watched.scrape()
  await watched.obs.flush()
  const spans = watched.sink.spans.filter(({ attributes }) => attributes['gen_ai.operation.name'] === 'chat')
  expect(spans).toHaveLength(2)

  const total = (pick: (record: UsageRecord) => number | undefined) => records.reduce((all, record) => all + (pick(record) ?? 0), 0)
  const model = 'gen_ai_request_model="m"'
  const kinds = {
    inputTokens: 'input',
    outputTokens: 'output',
    cacheReadTokens: 'cache_read',
    reasoningTokens: 'reasoning',
    audioInputTokens: 'audio_input'
  }
  for (const [field, kind] of Object.entries(kinds))
    expect(sum(page, 'rag_llm_tokens_total', `kind="${kind}"`), kind).toBe(total(({ usage }) => usage[field as 'inputTokens']))
  expect(sum(page, 'gen_ai_client_inference_usage_input_tokens_total', model)).toBe(4012)
  expect(sum(page, 'gen_ai_client_inference_usage_input_tokens_total', 'gen_ai_token_modality="audio"')).toBe(12)
  expect(sum(page, 'gen_ai_client_inference_usage_output_tokens_total', model)).toBe(600)
  expect(sum(page, 'gen_ai_client_inference_usage_cache_read_input_tokens_total', model)).toBe(3840)
  expect(sum(page, 'gen_ai_client_inference_usage_reasoning_output_tokens_total', model)).toBe(128)
  expect(sum(page, 'gen_ai_client_inference_operation_input_tokens_sum', model)).toBe(4012)
  expect(sum(page, 'gen_ai_client_token_usage_sum', 'gen_ai_token_type="output"')).toBe(600)
  expect(sum(page, 'rag_llm_cost_usd_total', model)).toBeCloseTo(
    total(({ costUsd }) => costUsd),
    12
  )
  expect(sum(page, 'gen_ai_client_operation_duration_seconds_sum', model) * 1000).toBeCloseTo(
    total(({ durationMs }) => durationMs),
    3
  )
  expect(sum(page, 'gen_ai_client_operation_time_to_first_chunk_seconds_count', model)).toBe(1)
  expect(sum(page, 'gen_ai_client_operation_time_to_first_chunk_seconds_sum', model) * 1000).toBeCloseTo(
    total(({ timeToFirstTokenMs }) => timeToFirstTokenMs),
    3
  )

  for (const [index, span] of spans.entries())
    expect(span.attributes).toMatchObject({
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'm',
      'gen_ai.response.model': 'm-1',
      'gen_ai.usage.input_tokens': 2006,
      'gen_ai.usage.output_tokens': 300,
      'gen_ai.usage.cache_read.input_tokens': 1920,
      'gen_ai.usage.reasoning.output_tokens': 64,
      'rag.llm.cost_usd': records[index]?.costUsd
    })
})

it('a refused call and one without a price are counted, with nothing made up', async () => {
  await call({ model: 'refused' })
  await call({ model: 'unpriced' })
  await until(
    () => records.length === 2,
    () => 'two records'
  )
  const page = await watched.scrape()
  expect(sum(page, 'rag_llm_calls_total', 'gen_ai_request_model="refused",outcome="error"')).toBe(1)
  expect(sum(page, 'rag_llm_tokens_total', 'gen_ai_request_model="refused"')).toBe(0)
  expect(sum(page, 'gen_ai_client_inference_usage_input_tokens_total', 'gen_ai_request_model="refused"')).toBe(0)
  expect(samples(page, 'rag_llm_unpriced_calls_total').get('gen_ai_request_model="unpriced"')).toBe(1)
  expect(sum(page, 'rag_llm_cost_usd_total', 'gen_ai_request_model="unpriced"')).toBe(0)
  expect(records[1]?.costUsd).toBeUndefined()
})

it('a call inside another producer, and one through the fetch of the SDK, are one record', async () => {
  watched.obs.globals()
  await watched.obs.stage('answer', {}, () => call({ model: 'm' }))
  await until(
    () => records.length === 1,
    () => 'one record'
  )
  const page = await watched.scrape()
  expect(sum(page, 'rag_llm_calls_total', 'gen_ai_request_model="m",outcome="ok"')).toBe(1)
})
