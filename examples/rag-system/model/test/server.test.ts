// The stand-in model as the official client sees it.
import type { AddressInfo } from 'node:net'
import OpenAI from 'openai'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { answer } from '../src/answer.js'
import { createModelServer } from '../src/server.js'
import { countTokens, piecesOf } from '../src/tokens.js'

const encoder = { embed: async (texts: readonly string[]) => texts.map((text) => Float32Array.from([text.length, 0.5])), close() {} }
const server = createModelServer({ encoder, pieceDelayMs: 0 })
let client: OpenAI
let baseURL: string
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  client = new OpenAI({ apiKey: 'none', baseURL, maxRetries: 0 })
})
afterAll(() => {
  server.close()
  server.closeAllConnections()
})

const model = 'extractive-1'
const messages = [
  { role: 'system' as const, content: 'Answer from the passages.' },
  {
    role: 'user' as const,
    content:
      'Passages:\n[1] A dog barks at night. Dogs are loud.\n[2] A cat sleeps. The cat eats fish in the morning.\n\nQuestion: When do cats eat fish?'
  }
]

it('answers with sentences of the passages and cites them', async () => {
  const { choices, usage } = await client.chat.completions.create({ model, messages })
  expect(choices[0]?.message.content).toMatch(/^The cat eats fish in the morning\. \[2\]/)
  expect(usage?.total_tokens).toBe(usage!.prompt_tokens + usage!.completion_tokens)
  expect(usage?.completion_tokens).toBe(countTokens(choices[0]!.message.content!))
})

it('streams the same text, with the usage in a last chunk without choices when it was asked for', async () => {
  const plain = await client.chat.completions.create({ model, messages })
  const chunks: OpenAI.ChatCompletionChunk[] = []
  for await (const chunk of await client.chat.completions.create({
    model,
    messages,
    stream: true,
    stream_options: { include_usage: true }
  }))
    chunks.push(chunk)
  expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe(plain.choices[0]?.message.content)
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: plain.usage })
  expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true)
  expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop')
})

it('streams without usage when it was not asked for, and ends with [DONE]', async () => {
  const reply = await fetch(`${baseURL}/chat/completions`, { method: 'POST', body: JSON.stringify({ model, messages, stream: true }) })
  const text = await reply.text()
  expect(reply.headers.get('content-type')).toBe('text/event-stream')
  expect(text).not.toContain('usage')
  expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
})

it('embeds in base64, which the client asks for, and as numbers', async () => {
  const input = ['a cat', 'b']
  const model = 'universal-sentence-encoder-lite'
  const packed = await client.embeddings.create({ model, input })
  const numbers = await client.embeddings.create({ model, input, encoding_format: 'float' })
  expect(packed.data.map(({ embedding }) => embedding)).toEqual([
    [5, 0.5],
    [1, 0.5]
  ])
  expect(numbers.data).toEqual(packed.data)
  expect(packed.usage).toEqual({ prompt_tokens: 3, total_tokens: 3 })
})

it.each([
  ['an unknown model', { model: 'no-such-model', messages }, 404, 'model_not_found'],
  ['no messages', { model, messages: [] }, 400, 'invalid_value']
])('refuses %s as OpenAI does', async (_, body, status, code) => {
  await expect(client.chat.completions.create(body)).rejects.toMatchObject({ status, code })
})

it('refuses a body that is not JSON, and a path that it does not have', async () => {
  const body = await fetch(`${baseURL}/chat/completions`, { method: 'POST', body: 'hello' })
  expect([body.status, ((await body.json()) as { error: { code: string } }).error.code]).toEqual([400, 'invalid_json'])
  expect((await fetch(`${baseURL}/images`)).status).toBe(404)
})

it('says so when the passages do not answer', () => {
  expect(answer([{ role: 'user', content: 'Passages:\n[1] A dog barks.\n\nQuestion: What is PostgreSQL?' }])).toBe(
    'The passages do not answer this question.'
  )
})

it('gives a text back whole from its pieces', () => {
  expect(piecesOf('One  two\nthree.').join('')).toBe('One  two\nthree.')
})
