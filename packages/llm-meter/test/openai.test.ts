// The official openai client against a server that speaks OpenAI's wire format (wire stub).
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import OpenAI from 'openai'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createMeter, type Meter } from '../src/index.js'

let server: Server
let baseURL = ''
let requests: Record<string, unknown>[] = []
beforeEach(async () => {
  requests = []
  server = createServer(async (request, response) => {
    let text = ''
    for await (const part of request) text += part
    const refuse = (status: number, message: string) =>
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(JSON.stringify({ error: { message, type: 'invalid_request_error' } }))
    if (request.headers.authorization !== 'Bearer test-key') return refuse(401, 'Incorrect API key provided')
    const body = JSON.parse(text) as Record<string, unknown>
    requests.push(body)
    if (body['model'] === 'missing') return refuse(404, 'The model does not exist')
    const { stream, stream_options: streamOptions } = body as { stream?: boolean; stream_options?: { include_usage?: boolean } }
    if (streamOptions && !stream) return refuse(400, 'stream_options is only allowed when stream is enabled')
    const base = { id: 'c1', created: 1, model: 'm-2026' }
    const usage = { prompt_tokens: 1000, completion_tokens: 500, total_tokens: 1500, prompt_tokens_details: { cached_tokens: 200 } }
    if (request.url === '/v1/embeddings') {
      const data = [{ object: 'embedding', index: 0, embedding: [0.5, 0.25] }]
      return response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify({ object: 'list', model: 'e', data, usage: { prompt_tokens: 7, total_tokens: 7 } }))
    }
    if (!Array.isArray(body['messages'])) return refuse(400, 'messages is required')
    if (!stream) {
      const choices = [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Hello' } }]
      return response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify({ ...base, object: 'chat.completion', choices, usage }))
    }
    response.setHeader('content-type', 'text/event-stream')
    const send = (chunk: object) => response.write(`data: ${JSON.stringify({ ...base, object: 'chat.completion.chunk', ...chunk })}\n\n`)
    for (const content of ['Hel', 'lo']) send({ choices: [{ index: 0, delta: { content } }] })
    send({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })
    if (streamOptions?.include_usage) send({ choices: [], usage })
    response.end('data: [DONE]\n\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

type UsageSeen = Parameters<NonNullable<NonNullable<Parameters<typeof createMeter>[0]>['onUsage']>>[0]

function metered(): { openai: OpenAI; meter: Meter; seen: UsageSeen[] } {
  const seen: UsageSeen[] = []
  const meter = createMeter({ onUsage: (record) => void seen.push(record) })
  return { openai: meter.wrap(new OpenAI({ apiKey: 'test-key', baseURL, maxRetries: 0 })), meter, seen }
}

const ask = { model: 'm', messages: [{ role: 'user' as const, content: 'Hi' }] }

async function until(check: () => boolean): Promise<void> {
  for (let n = 0; n < 200 && !check(); n++) await new Promise((resolve) => setTimeout(resolve, 10))
}

it('a plain completion reports its tokens and the application gets what the server sent', async () => {
  const { openai, seen } = metered()
  const plain = await new OpenAI({ apiKey: 'test-key', baseURL }).chat.completions.create(ask)
  expect(await openai.chat.completions.create(ask)).toEqual(plain)
  await until(() => seen.length > 0)
  expect(seen).toHaveLength(1)
  expect(seen[0]).toMatchObject({ model: 'm', usage: { inputTokens: 1000, outputTokens: 500, cacheReadTokens: 200 } })
})

it('a streamed completion reports the same tokens; the usage it asked for is not shown to an application that did not ask', async () => {
  const { openai, seen } = metered()
  const chunks = []
  for await (const chunk of await openai.chat.completions.create({ ...ask, stream: true })) chunks.push(chunk)
  expect(requests[0]).toMatchObject({ stream_options: { include_usage: true } })
  expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe('Hello')
  expect(chunks.filter(({ choices, usage }) => choices.length === 0 || usage)).toEqual([])
  await until(() => seen.length > 0)
  expect(seen[0]).toMatchObject({ usage: { inputTokens: 1000, outputTokens: 500 } })
})

it('an application that asks for usage gets it', async () => {
  const { openai } = metered()
  const chunks = []
  for await (const chunk of await openai.chat.completions.create({ ...ask, stream: true, stream_options: { include_usage: true } }))
    chunks.push(chunk)
  expect(chunks.at(-1)?.usage?.prompt_tokens).toBe(1000)
})

it('embeddings report their tokens', async () => {
  const { openai, seen } = metered()
  await openai.embeddings.create({ model: 'e', input: 'text', encoding_format: 'float' })
  await until(() => seen.length > 0)
  expect(seen[0]).toMatchObject({ model: 'e', usage: { inputTokens: 7 } })
})

it('a refusal reaches the application as the client makes it', async () => {
  const { openai } = metered()
  await expect(openai.chat.completions.create({ ...ask, model: 'missing' })).rejects.toBeInstanceOf(OpenAI.NotFoundError)
})

it('an onUsage that throws changes nothing', async () => {
  const meter = createMeter({
    onUsage() {
      throw new Error('mine')
    }
  })
  const openai = meter.wrap(new OpenAI({ apiKey: 'test-key', baseURL, maxRetries: 0 }))
  expect((await openai.chat.completions.create(ask)).choices[0]?.message.content).toBe('Hello')
})
