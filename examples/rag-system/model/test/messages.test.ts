// The second wire, through Anthropic's own client; and the faults that can be switched on.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import Anthropic from '@anthropic-ai/sdk'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createModelServer } from '../src/server.js'

const server = createModelServer({ encoder: { embed: async () => [], close() {} }, pieceDelayMs: 1 })
let url: string
let client: Anthropic
const body = {
  model: 'extractive-2',
  max_tokens: 100,
  system: 'Be short.',
  messages: [{ role: 'user' as const, content: '[1] Owls fly at night.\nQuestion: When do owls fly?' }]
}
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  client = new Anthropic({ apiKey: 'none', baseURL: `${url}/anthropic`, maxRetries: 0 })
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

it('answers plainly and as a stream, with the same usage', async () => {
  const plain = await client.messages.create(body)
  expect(plain.content).toEqual([{ type: 'text', text: 'Owls fly at night. [1]' }])
  const streamed = await client.messages.stream(body).finalMessage()
  expect(streamed.content).toMatchObject(plain.content)
  expect(streamed.usage).toMatchObject(plain.usage)
  expect(plain.usage.input_tokens).toBeGreaterThan(10)
})

it.each([
  ['an unknown model', { ...body, model: 'none' }, 404],
  ['no messages', { ...body, messages: [] }, 400],
  ['no limit of tokens', { ...body, max_tokens: 0 }, 400]
])('refuses %s', async (_, wrong, status) => {
  await expect(client.messages.create(wrong)).rejects.toMatchObject({ status })
})

it('refuses as often as it was told to, on one wire alone', async () => {
  const set = (fault: object) => fetch(`${url}/faults`, { method: 'POST', body: JSON.stringify({ wire: 'anthropic', ...fault }) })
  await set({ status: 429, times: 2, retryAfterSeconds: 3 })
  const first = await client.messages.create(body).catch((error: unknown) => error as { status: number; headers: Headers })
  expect(first).toMatchObject({ status: 429 })
  expect((first as { headers: Headers }).headers.get('retry-after')).toBe('3')
  await expect(client.messages.create(body)).rejects.toMatchObject({ status: 429 })
  expect((await client.messages.create(body)).stop_reason).toBe('end_turn')
})
