// Everything that the clients offer still works when they are metered, each logical call is one record, and what is unknown is left alone.
import AnthropicSdk from '@anthropic-ai/sdk'
import AnthropicSdk0 from 'anthropic-sdk-0'
import OpenAI from 'openai'
import OpenAI5 from 'openai-5'
import OpenAI7 from 'openai-7'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createMeter } from '../src/index.js'
import { metered, oddities, pause, until } from './support.js'
import { answerAnthropic } from './wire/anthropic.js'
import { answerGemini } from './wire/gemini.js'
import { answerOpenAI, CHAT_USAGE } from './wire/openai.js'
import { startWire, type Wire } from './wire/server.js'

let openai: Wire
let anthropic: Wire
beforeAll(async () => {
  openai = await startWire(async (exchange) => {
    const { path, method, json } = exchange
    if (method === 'GET' && path.endsWith('/models'))
      return json(200, {
        object: 'list',
        data: [
          { id: 'a', object: 'model' },
          { id: 'b', object: 'model' }
        ]
      })
    if (exchange.body['model'] === 'tools') return json(200, toolTurn(exchange.attempt))
    if (exchange.body['model'] === 'structured') return json(200, completion('{"answer":42}'))
    return answerOpenAI(exchange)
  })
  anthropic = await startWire((exchange) => {
    if (exchange.path.endsWith('/count_tokens')) return exchange.json(200, { input_tokens: 12 })
    return answerAnthropic(exchange)
  })
})
afterAll(() => Promise.all([openai.close(), anthropic.close()]))

const completion = (content: string | null, more: object = {}) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'm-1',
  choices: [{ index: 0, finish_reason: 'stop', logprobs: null, message: { role: 'assistant', content, refusal: null, ...more } }],
  usage: CHAT_USAGE
})
const toolTurn = (attempt: number) => {
  if (attempt > 2) return completion('done')
  const call = { id: `call_${attempt}`, type: 'function', function: { name: 'look', arguments: '{"at":"sky"}' } }
  return completion(null, { tool_calls: [call] })
}
const ask = { model: 'gpt-5-mini', messages: [{ role: 'user' as const, content: 'Hallo' }] }
const majors = { 'openai 5': OpenAI5 as unknown as typeof OpenAI, 'openai 6': OpenAI, 'openai 7': OpenAI7 as unknown as typeof OpenAI }

for (const [name, Client] of Object.entries(majors))
  describe(`${name} (wire-level stub)`, () => {
    const make = () => {
      const { meter, records } = metered()
      const client = new Client({ apiKey: 'test-key', baseURL: `${openai.url('normal')}/v1`, maxRetries: 0 })
      return { client, wrapped: meter.wrap(client), meter, records }
    }

    it('the same object comes back, once and twice', () => {
      const { client, wrapped, meter } = make()
      expect(wrapped).toBe(client)
      expect(meter.wrap(wrapped)).toBe(client)
    })

    it('the members that metering stands on are there', () => {
      const { client } = make()
      const bare = new Client({ apiKey: 'k' }) as unknown as Record<string, unknown>
      expect(typeof bare['makeRequest']).toBe('function')
      expect(typeof bare['fetch']).toBe('function')
      expect(Object.keys(client).sort()).toEqual(Object.keys(bare).sort())
    })

    it('withResponse, asResponse and two awaits of one promise are one call', async () => {
      const { wrapped, records } = make()
      const promise = wrapped.chat.completions.create(ask)
      const { data, response, request_id: requestId } = await promise.withResponse()
      expect(requestId).toBe('req_1')
      expect(response).toBeInstanceOf(Response)
      expect(await promise).toEqual(data)
      const raw = await wrapped.chat.completions.create(ask).asResponse()
      expect(((await raw.json()) as { id: string }).id).toBe('chatcmpl-1')
      await until(() => records.length === 2)
      expect(records.map(({ usage }) => usage.inputTokens)).toEqual([2006, 2006])
    })

    it('a streamed withResponse gives the stream and its reply', async () => {
      const { wrapped, records } = make()
      const { data, response } = await wrapped.chat.completions.create({ ...ask, stream: true }).withResponse()
      expect(response.status).toBe(200)
      const [left, right] = data.tee()
      const read = async (stream: AsyncIterable<unknown>) => {
        let count = 0
        for await (const _chunk of stream) count++
        return count
      }
      const [one, two] = await Promise.all([read(left), read(right)])
      expect(one).toBe(two)
      await until(() => records.length === 1)
      expect(records[0]).toMatchObject({ outcome: 'ok', usage: { outputTokens: 300 } })
    })

    it('parse() parses', async () => {
      const { wrapped, records } = make()
      const schema = { name: 'answer', schema: { type: 'object', properties: { answer: { type: 'number' } } } }
      const parsed = await wrapped.chat.completions.parse({
        ...ask,
        model: 'structured',
        response_format: { type: 'json_schema', json_schema: schema }
      })
      expect(parsed.choices[0]?.message.content).toBe('{"answer":42}')
      await until(() => records.length === 1)
    })

    it('the helpers of the Responses API, a tee and a raw stream each make one record, with what the application did not ask for hidden', async () => {
      const { wrapped, records } = make()
      const response = await wrapped.responses.stream({ model: 'gpt-5-mini', input: 'Hallo' }).finalResponse()
      expect(JSON.stringify(response.output)).toContain('Welt')
      const streamed = { ...ask, stream: true } as const
      const [left, right] = (await wrapped.chat.completions.create(streamed)).tee()
      const read = async (stream: AsyncIterable<object>) => {
        const chunks: object[] = []
        for await (const chunk of stream) chunks.push(chunk)
        return chunks
      }
      const both = await Promise.all([read(left), read(right)])
      expect(both[0]).toEqual(both[1])
      const raw = await (await wrapped.chat.completions.create(streamed).asResponse()).text()
      const relayed = await new Response((await wrapped.chat.completions.create(streamed)).toReadableStream()).text()
      for (const text of [JSON.stringify(both), raw, relayed]) expect(text).not.toContain('"usage"')
      await until(() => records.length === 4)
      expect(records.map(({ outcome, usage }) => [outcome, usage.inputTokens, usage.outputTokens])).toEqual(
        Array.from({ length: 4 }, () => ['ok', 2006, 300])
      )
    })

    it('runTools makes as many records as calls', async () => {
      const { wrapped, records } = make()
      const looked: string[] = []
      const parameters = { type: 'object', properties: { at: { type: 'string' } } }
      const look = (text: string) => {
        looked.push(text)
        return 'blue'
      }
      const runner = wrapped.chat.completions.runTools({
        ...ask,
        model: 'tools',
        tools: [{ type: 'function', function: { name: 'look', description: 'looks', parameters, function: look } }]
      } as never)
      expect(await runner.finalContent()).toBe('done')
      expect(looked).toHaveLength(2)
      await until(() => records.length === 3)
    })

    it('what withOptions makes is metered too, with one attempt a request', async () => {
      const { wrapped, records } = make()
      await wrapped.withOptions({ timeout: 5000 }).withOptions({ maxRetries: 1 }).chat.completions.create(ask)
      await until(() => records.length === 1)
      await pause(20)
      expect(records.map(({ attempts }) => attempts)).toEqual([1])
    })

    it('pagination works and is no call of a model', async () => {
      const { wrapped, records } = make()
      const seen: string[] = []
      for await (const { id } of wrapped.models.list()) seen.push(id)
      expect(seen).toEqual(['a', 'b'])
      await pause(20)
      expect(records).toEqual([])
    })

    it('two meters on one client, or a metered fetch under a metered client, still make one record', async () => {
      const first = metered()
      const second = metered()
      const client = new Client({ apiKey: 'test-key', baseURL: `${openai.url('normal')}/v1`, fetch: second.meter.fetch })
      second.meter.wrap(first.meter.wrap(client))
      await client.chat.completions.create(ask)
      await until(() => first.records.length + second.records.length > 0)
      await pause(20)
      expect(first.records.length + second.records.length).toBe(1)
    })

    it('shutdown gives the client back as it was', async () => {
      const { client, meter, records } = make()
      await meter.shutdown()
      await meter.shutdown()
      await client.chat.completions.create(ask)
      await client.withOptions({}).chat.completions.create(ask)
      await pause(20)
      expect(records).toEqual([])
    })

    it('a background response is one record, when it is retrieved', async () => {
      const { wrapped, records } = make()
      const { id } = await wrapped.responses.create({ model: 'gpt-5-mini', input: 'Hallo', background: true })
      await pause(20)
      expect(records).toEqual([])
      await Promise.all([wrapped.responses.retrieve(id), wrapped.responses.retrieve(id)])
      await until(() => records.length > 0)
      await wrapped.responses.retrieve(id)
      await pause(20)
      expect(records).toHaveLength(1)
      expect(records[0]).toMatchObject({ operation: 'chat', usage: { inputTokens: 2006, outputTokens: 300 } })
    })
  })

for (const [name, Client] of Object.entries({ 'sdk 0': AnthropicSdk0 as unknown as typeof AnthropicSdk, 'sdk 1': AnthropicSdk }))
  describe(`@anthropic-ai/${name} (wire-level stub)`, () => {
    it('counting tokens is free and no call of a model', async () => {
      const { meter, records } = metered()
      const client = meter.wrap(new Client({ apiKey: 'test-key', baseURL: anthropic.url('normal') }))
      expect(await client.messages.countTokens({ model: 'm', messages: ask.messages })).toMatchObject({ input_tokens: 12 })
      await client.messages.create({ model: 'claude-sonnet-5', max_tokens: 10, messages: ask.messages })
      await until(() => records.length === 1)
    })
  })

describe('a client that is not known', () => {
  it('is left alone, with one warning', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    class Strange {
      ask = () => 'answer'
    }
    const { meter } = metered()
    const strange = new Strange()
    expect(meter.wrap(strange)).toBe(strange)
    meter.wrap(new Strange())
    expect(Object.keys(strange)).toEqual(['ask'])
    expect(warned).toHaveBeenCalledTimes(1)
    expect(String(warned.mock.calls[0]?.[0])).toContain('Strange')
    expect(oddities(meter, 'client_unknown')).toBe(2)
    warned.mockRestore()
  })

  it('a major that no test knows is left alone', () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const { meter } = metered()
    const client = new OpenAI({ apiKey: 'k' })
    Object.defineProperty(client, 'getUserAgent', { value: () => 'OpenAI/JS 99.0.0' })
    const before = client as unknown as { makeRequest: unknown }
    const original = before.makeRequest
    meter.wrap(client)
    expect(before.makeRequest).toBe(original)
    expect(warned.mock.calls.length).toBeLessThanOrEqual(1)
    expect(oddities(meter, 'client_unknown')).toBe(1)
    warned.mockRestore()
  })

  it('something that is no object is refused with a code', () => {
    for (const value of [undefined, null, 'client', 7])
      expect(() => createMeter().wrap(value as never)).toThrow(expect.objectContaining({ code: 'RAG_LLM_CLIENT' }))
  })
})

describe('the wire-level stubs refuse what the real servers refuse', () => {
  const cases: readonly [string, string, Record<string, string>, object | string, number][] = [
    ['openai', '/v1/chat/completions', {}, ask, 401],
    ['openai', '/v1/chat/completions', { authorization: 'Bearer test-key' }, { ...ask, stream_options: { include_usage: true } }, 400],
    ['openai', '/v1/chat/completions', { authorization: 'Bearer test-key' }, { ...ask, colour: 'red' }, 400],
    ['openai', '/v1/chat/completions', { authorization: 'Bearer test-key' }, { model: 'm', messages: [] }, 400],
    ['openai', '/v1/chat/completions', { authorization: 'Bearer test-key' }, '{ half', 400],
    ['openai', '/v1/chat/completions', { authorization: 'Bearer test-key' }, { ...ask, model: 'missing' }, 404],
    ['openai', '/v1/responses', { authorization: 'Bearer test-key' }, { model: 'm' }, 400],
    ['openai', '/v1/embeddings', { authorization: 'Bearer test-key' }, { model: 'm', input: [''] }, 400],
    ['openai', '/v1/chats', { authorization: 'Bearer test-key' }, ask, 404],
    ['anthropic', '/v1/messages', { 'x-api-key': 'test-key' }, { ...ask, max_tokens: 1 }, 400],
    ['anthropic', '/v1/messages', { 'x-api-key': 'test-key', 'anthropic-version': '2023-06-01' }, ask, 400],
    ['anthropic', '/v1/messages', { 'anthropic-version': '2023-06-01' }, { ...ask, max_tokens: 1 }, 401],
    [
      'anthropic',
      '/v1/messages',
      { 'x-api-key': 'test-key', 'anthropic-version': '2023-06-01' },
      { ...ask, max_tokens: 1, stream_options: {} },
      400
    ]
  ]
  it.each(cases)('%s %s with %j and %j', async (wire, path, headers, body, status) => {
    const stub = wire === 'openai' ? openai : anthropic
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const sent = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: text }
    const response = await fetch(stub.url('normal') + path, sent)
    expect(response.status).toBe(status)
    expect(await response.json()).toHaveProperty('error')
  })

  it('gemini refuses a wrong key and unknown fields', async () => {
    const gemini = await startWire(answerGemini)
    const send = (key: string, body: object) =>
      fetch(`${gemini.url('normal')}/v1beta/models/gemini-2.5-flash:generateContent`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-goog-api-key': key },
        body: JSON.stringify(body)
      })
    expect((await send('wrong', { contents: [] })).status).toBe(400)
    expect((await send('test-key', { contents: [], stream_options: {} })).status).toBe(400)
    expect((await send('test-key', {})).status).toBe(400)
    expect((await send('test-key', { contents: [] })).status).toBe(200)
    await gemini.close()
  })
})
