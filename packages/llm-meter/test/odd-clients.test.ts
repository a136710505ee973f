// Clients as applications really hold them: minified, behind a proxy, frozen, with a fetch of their own, in front of a server that misnames its streams.
import { Readable } from 'node:stream'
import { text as textOf } from 'node:stream/consumers'
import AnthropicSdk from '@anthropic-ai/sdk'
import AnthropicSdk0 from 'anthropic-sdk-0'
import OpenAI from 'openai'
import OpenAI5 from 'openai-5'
import OpenAI7 from 'openai-7'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { metered, oddities, until } from './support.js'
import { answerOpenAI } from './wire/openai.js'
import { startWire, type Wire } from './wire/server.js'

let wire: Wire
beforeAll(async () => {
  wire = await startWire((exchange) => answerOpenAI(exchange))
})
afterAll(() => wire.close())

const real = globalThis.fetch
const ask = { model: 'gpt-5-mini', messages: [{ role: 'user' as const, content: 'Hallo' }], max_tokens: 9 }
const make = (play: 'normal' | 'silent' = 'normal', more: object = {}) =>
  new OpenAI({ apiKey: 'test-key', baseURL: `${wire.url(play)}/v1`, maxRetries: 0, ...more })

async function chunksOf(client: OpenAI): Promise<unknown[]> {
  const chunks = []
  for await (const chunk of await client.chat.completions.create({ ...ask, stream: true })) chunks.push(chunk)
  return chunks
}

/** Runs with the names that a minifier gives to classes. */
async function minified(classes: object[], run: () => Promise<void>): Promise<void> {
  const before = classes.map((each) => Object.getOwnPropertyDescriptor(each, 'name')!)
  for (const each of classes) Object.defineProperty(each, 'name', { value: 'e', configurable: true })
  try {
    await run()
  } finally {
    for (const [at, each] of classes.entries()) Object.defineProperty(each, 'name', before[at]!)
  }
}

const vendors = {
  'openai 5': OpenAI5 as unknown as typeof OpenAI,
  'openai 6': OpenAI,
  'openai 7': OpenAI7 as unknown as typeof OpenAI,
  '@anthropic-ai/sdk 0': AnthropicSdk0 as unknown as typeof OpenAI,
  '@anthropic-ai/sdk 1': AnthropicSdk as unknown as typeof OpenAI
}
describe.each(Object.entries(vendors))('%s in a minified bundle (wire-level stub)', (_name, Client) => {
  const { APIConnectionError, APIConnectionTimeoutError, APIUserAbortError } = Client
  const classes = [APIConnectionError, APIConnectionTimeoutError, APIUserAbortError]
  const send = (baseURL: string, more: object = {}, options: object = {}) => {
    const client = new Client({ apiKey: 'test-key', baseURL, maxRetries: 0, ...more })
    return { client, call: () => (client.chat?.completions ?? (client as never as AnthropicSdk).messages).create(ask as never, options) }
  }

  it('tells a time-out as such, and fails over after it and after a lost connection, not after an abort', () =>
    minified(classes, async () => {
      const { meter, records } = metered()
      const late = send(wire.url('silent'), { timeout: 30 })
      meter.wrap(late.client)
      const other = async () => 'answered'
      expect(await meter.failover<() => Promise<unknown>, unknown>({ targets: [late.call, other] }, (target) => target())).toBe('answered')
      await until(() => records.length === 1)
      expect(records[0]).toMatchObject({ outcome: 'error', errorType: 'timeout' })

      const lost = send('http://127.0.0.1:9').call
      expect(await meter.failover<() => Promise<unknown>, unknown>({ targets: [lost, other] }, (target) => target())).toBe('answered')

      const aborted = send(wire.url('silent'), {}, { signal: AbortSignal.abort() }).call
      await expect(meter.failover<() => Promise<unknown>, unknown>({ targets: [aborted, other] }, (target) => target())).rejects.toThrow(
        'aborted'
      )
    }))
})

describe('a client of the application (wire-level stub)', () => {
  it('works behind a proxy', async () => {
    const { meter, records } = metered()
    const client = meter.wrap(new Proxy(make(), {}))
    expect((await client.chat.completions.create(ask)).choices).toHaveLength(1)
    expect((await client.withOptions({ timeout: 1000 }).chat.completions.create(ask)).choices).toHaveLength(1)
    expect(records.map(({ outcome }) => outcome)).toEqual(['ok', 'ok'])
  })

  it.each(['freeze', 'seal', 'preventExtensions'] as const)('is left alone after Object.%s', async (how) => {
    const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const { meter, records } = metered()
    const client = meter.wrap((Object[how] as (client: OpenAI) => OpenAI)(make()))
    expect((await client.chat.completions.create(ask)).choices).toHaveLength(1)
    expect(records).toEqual([])
    expect(oddities(meter, 'client_unknown')).toBe(1)
    warning.mockRestore()
  })

  it('may bring a fetch whose bodies are streams of Node', async () => {
    const { meter, records } = metered()
    const fetch = async (...given: Parameters<typeof real>) => {
      const response = await real(...given)
      const body = Readable.fromWeb(response.body as never)
      const json = async () => JSON.parse(await textOf(response.body as never))
      return Object.defineProperties(response, { body: { value: body, configurable: true }, json: { value: json, configurable: true } })
    }
    const bare = await chunksOf(make())
    const client = meter.wrap(make('normal', { fetch }))
    expect(await chunksOf(client)).toEqual(bare)
    expect((await client.chat.completions.create(ask)).choices).toHaveLength(1)
    const stopped = await client.chat.completions.create({ ...ask, stream: true })
    for await (const _ of stopped) break
    await until(() => records.length === 3)
    expect(records.map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'aborted'])
    for (const { usage } of records.slice(0, 2)) expect(usage.inputTokens).toBeGreaterThan(0)
  })

  it.each(['Text/Event-Stream', 'text/plain', 'application/octet-stream', ''])(
    'reads a stream that its server calls "%s"',
    async (type) => {
      const { meter, records } = metered()
      const fetch = async (...given: Parameters<typeof real>) => {
        const response = await real(...given)
        return new Response(response.body, { headers: type === '' ? {} : { 'content-type': type } })
      }
      const bare = await chunksOf(make('normal', { fetch }))
      expect(await chunksOf(meter.wrap(make('normal', { fetch })))).toEqual(bare)
      expect(records[0]).toMatchObject({ outcome: 'ok', usage: { inputTokens: expect.any(Number) } })
    }
  )

  it('may read the bytes into memory of its own', async () => {
    const read = async (client: OpenAI) => {
      const reader = (await client.chat.completions.create({ ...ask, stream: true }).asResponse()).body!.getReader({ mode: 'byob' })
      let text = ''
      for (;;) {
        const { done, value } = await reader.read(new Uint8Array(50))
        if (done) return text
        text += Buffer.from(value).toString('latin1')
      }
    }
    const { meter, records } = metered()
    expect(await read(meter.wrap(make()))).toBe(await read(make()))
    expect(records[0]).toMatchObject({ outcome: 'ok', usage: { inputTokens: expect.any(Number) } })
  })
})
