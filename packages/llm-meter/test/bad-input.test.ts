// Replies that are not as they should be: the application sees the very bytes, the record says what is known, counters say what was odd.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import OpenAI from 'openai'
import { afterEach, expect, it } from 'vitest'
import { createMeter } from '../src/index.js'
import { answering, figures, inPieces, metered, oddities, pause, until } from './support.js'
import { answerOpenAI } from './wire/openai.js'
import { startWire } from './wire/server.js'

const real = globalThis.fetch
afterEach(() => {
  globalThis.fetch = real
})

const URL_CHAT = 'https://api.openai.com/v1/chat/completions'
const post = (body: object = {}) => ({ method: 'POST', body: JSON.stringify({ model: 'm', messages: [], ...body }) })
const json = (body: unknown, status = 200) =>
  new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })

/** One call through `meter.fetch` whose server says `answer`. */
async function call(answer: () => Response, body: object = {}) {
  globalThis.fetch = answering(answer)
  const { meter, records } = metered({ prices: { m: { input: 1, output: 2 } } })
  const response = await meter.fetch(URL_CHAT, post(body))
  const text = await response.text()
  await until(() => records.length === 1)
  return { text, record: records[0]!, meter, response }
}

it.each([
  ['negative', { prompt_tokens: -5, completion_tokens: 3 }, { inputTokens: undefined, outputTokens: 3 }],
  ['a text', { prompt_tokens: '5', completion_tokens: 3 }, { inputTokens: undefined, outputTokens: 3 }],
  ['NaN', { prompt_tokens: 'NaN', completion_tokens: 3 }, { inputTokens: undefined, outputTokens: 3 }],
  ['infinite', { prompt_tokens: Number.POSITIVE_INFINITY, completion_tokens: 3 }, { inputTokens: undefined, outputTokens: 3 }],
  ['beyond all reason', { prompt_tokens: 1e300, completion_tokens: 3 }, { inputTokens: undefined, outputTokens: 3 }],
  ['a list', { prompt_tokens: [5], completion_tokens: 3 }, { inputTokens: undefined, outputTokens: 3 }]
])('a count that is %s is unknown and counted, never 0', async (_name, usage, known) => {
  const { record, meter } = await call(() => json(JSON.stringify({ usage }).replace('null', '1e999')))
  expect(record.usage).toMatchObject(known)
  expect(record.costUsd).toBeUndefined()
  expect(oddities(meter, 'usage_invalid')).toBe(1)
})

it.each([
  ['missing', {}],
  ['null', { usage: null }],
  ['a text', { usage: 'many' }],
  ['an empty list', { usage: [] }]
])('usage that is %s leaves every count unknown', async (_name, body) => {
  const { record } = await call(() => json(body))
  expect(Object.values(record.usage).every((count) => count === undefined)).toBe(true)
  expect(record).toMatchObject({ outcome: 'ok', costUsd: undefined, estimated: false })
})

it('an answer without usage is counted as such', async () => {
  const { meter } = await call(() => json({ choices: [] }))
  expect(oddities(meter, 'usage_missing')).toBe(1)
})

it('more cached tokens than tokens cost what the parts cost, never less than nothing', async () => {
  const { record } = await call(() =>
    json({ usage: { prompt_tokens: 10, completion_tokens: 0, prompt_tokens_details: { cached_tokens: 50 } } })
  )
  expect(record.costUsd).toBeGreaterThanOrEqual(0)
})

it('an HTML page under an error status reaches the application whole', async () => {
  const page = '<html><body><h1>502 Bad Gateway</h1></body></html>'
  const { text, record } = await call(() => new Response(page, { status: 502, headers: { 'content-type': 'text/html' } }))
  expect(text).toBe(page)
  expect(record).toMatchObject({ outcome: 'error', status: 502, errorType: '502' })
})

it('an HTML page under 200 is an answer without usage', async () => {
  const { text, record, meter } = await call(() => new Response('<html>hello</html>', { headers: { 'content-type': 'text/html' } }))
  expect(text).toBe('<html>hello</html>')
  expect(record.outcome).toBe('ok')
  expect(oddities(meter, 'usage_missing')).toBe(1)
})

it('an error inside 200 is an error', async () => {
  const { record } = await call(() => json({ error: { message: 'no', type: 'insufficient_quota' } }))
  expect(record).toMatchObject({ outcome: 'error', status: 200, errorType: 'insufficient_quota' })
})

it('a secret in the name of an error does not become a label', async () => {
  const { record } = await call(() => json({ error: { message: 'no', type: 'bad key: sk-123 for user@example.com' } }, 400))
  expect(record.errorType).toBe('error')
})

const frame = (data: object | string) => `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`
const chunk = (content: string) => ({ id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content } }] })
const usage = { prompt_tokens: 7, completion_tokens: 9, total_tokens: 16 }

it('malformed events pass through as they came; the usage after them counts', async () => {
  const text = `${frame('{ half "usage": {')}data\n\n: comment\n\nevent: x\ndata: [1,2\n\n${frame({ choices: [], usage })}${frame('[DONE]')}`
  const {
    text: seen,
    record,
    meter
  } = await call(() => inPieces(Buffer.from(text), 11), { stream: true, stream_options: { include_usage: true } })
  expect(seen).toBe(text)
  expect(record).toMatchObject({ outcome: 'ok', usage: { inputTokens: 7, outputTokens: 9 } })
  expect(oddities(meter, 'frame_invalid')).toBeGreaterThan(0)
})

it('whatever the pieces, the bytes are the same and so is the usage', async () => {
  const { meter, records } = metered()
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: 'binary', maxLength: 12 }), { maxLength: 6 }),
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom('\n', '\r\n'),
      async (texts, size, line) => {
        const text =
          `\uFEFF${[...texts.map(chunk), { ...chunk(''), choices: [], usage }].map(frame).join('')}${frame('[DONE]')}`.replaceAll(
            '\n',
            line
          )
        globalThis.fetch = answering(() => inPieces(Buffer.from(text), size))
        const before = records.length
        const response = await meter.fetch(URL_CHAT, post({ stream: true, stream_options: { include_usage: true } }))
        expect(Buffer.from(await response.arrayBuffer()).equals(Buffer.from(text))).toBe(true)
        expect(records.length).toBe(before + 1)
        expect(records.at(-1)?.usage).toMatchObject({ inputTokens: 7, outputTokens: 9 })
      }
    ),
    { numRuns: 100 }
  )
})

it('usage that we asked for is taken out whatever the pieces, and nothing else is', async () => {
  const { meter, records } = metered()
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom('"usage":null', 'the "usage" of it', '\\"usage\\"')), {
        maxLength: 6
      }),
      fc.integer({ min: 1, max: 60 }),
      fc.boolean(),
      async (texts, size, nulls) => {
        const bare = texts.map((text) => ({ ...chunk(text), note: { usage: 'kept' } }))
        const asked =
          bare.map((one) => frame(nulls ? { ...one, usage: null } : one)).join('') + frame({ choices: [], usage }) + frame('[DONE]')
        globalThis.fetch = answering(() => inPieces(Buffer.from(asked), size))
        const response = await meter.fetch(URL_CHAT, post({ stream: true }))
        expect(await response.text()).toBe(bare.map(frame).join('') + frame('[DONE]'))
        expect(records.at(-1)?.usage).toMatchObject({ inputTokens: 7, outputTokens: 9 })
      }
    ),
    { numRuns: 100 }
  )
})

it.each([true, false])(
  'a copy of the reply is what the application would have seen, and read alone it still makes the record; streamed: %s',
  async (streams) => {
    const shown = frame(chunk('a')) + frame('[DONE]')
    const asked = frame({ ...chunk('a'), usage: null }) + frame({ choices: [], usage }) + frame('[DONE]')
    const whole = JSON.stringify({ choices: [], usage })
    globalThis.fetch = answering(() => (streams ? inPieces(Buffer.from(asked), 9) : json(whole)))
    const { meter, records } = metered()
    const copied = await meter.fetch(URL_CHAT, post({ stream: streams }))
    expect(await copied.clone().text()).toBe(streams ? shown : whole)
    await until(() => records.length === 1)
    expect(records[0]?.usage.outputTokens).toBe(9)
    expect(await copied.text()).toBe(streams ? shown : whole)
    expect(records).toHaveLength(1)
  }
)

it('a server that refuses the option is asked without it once, and never asked again', async () => {
  const sent: string[] = []
  globalThis.fetch = answering((_url, init) => {
    sent.push(String(init.body))
    if (String(init.body).includes('stream_options')) return json({ error: { message: 'Unknown field: stream_options' } }, 400)
    return inPieces(Buffer.from(frame(chunk('a')) + frame('[DONE]')), 30)
  })
  const { meter, records } = metered()
  for (let round = 0; round < 2; round++) {
    const response = await meter.fetch(URL_CHAT, post({ stream: true }))
    expect(response.status).toBe(200)
    await response.text()
  }
  expect(sent.map((text) => text.includes('stream_options'))).toEqual([true, false, false])
  expect(records).toMatchObject([{ attempts: 1, outcome: 'ok', usage: { inputTokens: undefined } }, { attempts: 1 }])
  expect(oddities(meter, 'option_rejected')).toBe(1)
})

it('a refusal for another reason reaches the application as it is', async () => {
  globalThis.fetch = answering(() => json({ error: { message: 'messages is empty', type: 'invalid_request_error' } }, 400))
  const { meter } = metered()
  const response = await meter.fetch(URL_CHAT, post({ stream: true }))
  expect([response.status, await response.json()]).toMatchObject([400, { error: { message: 'messages is empty' } }])
})

it('compressed replies are read like others', async () => {
  const server = createServer((request, response) => {
    const streams = request.url?.includes('stream')
    const text = streams ? frame({ ...chunk('a'), usage }) + frame('[DONE]') : JSON.stringify({ choices: [], usage })
    response
      .writeHead(200, { 'content-encoding': 'gzip', 'content-type': streams ? 'text/event-stream' : 'application/json' })
      .end(gzipSync(text))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { meter, records } = metered()
  await (await meter.fetch(`${at}/v1/chat/completions`, post())).json()
  await (await meter.fetch(`${at}/stream/v1/chat/completions`, post({ stream: true, stream_options: { include_usage: true } }))).text()
  await until(() => records.length === 2)
  expect(records.map(({ usage: counted }) => counted.outputTokens)).toEqual([9, 9])
  server.close()
  server.closeAllConnections()
})

it('a 10 MB answer passes whole, streamed and not', async () => {
  const long = 'x'.repeat(10 * 1024 * 1024)
  const whole = await call(() => json({ choices: [{ message: { content: long } }], usage }))
  expect(whole.text.length).toBeGreaterThan(long.length)
  expect(whole.record.usage.outputTokens).toBe(9)
  const text = frame(chunk(long)) + frame({ choices: [], usage }) + frame('[DONE]')
  const streamed = await call(() => inPieces(Buffer.from(text), 65_536), { stream: true, stream_options: { include_usage: true } })
  expect(streamed.text.length).toBe(text.length)
  expect(streamed.record.usage.outputTokens).toBe(9)
  expect(oddities(streamed.meter, 'frame_oversize')).toBe(1)
})

it('a body of bytes, in a Request, or with its length told is asked for its usage all the same (wire-level stub)', async () => {
  const stub = await startWire((exchange) => answerOpenAI(exchange))
  const { meter, records } = metered()
  const body = JSON.stringify({ model: 'gpt-5-mini', stream: true, messages: [{ role: 'user', content: 'Grüß' }] })
  const headers = { 'content-type': 'application/json', authorization: 'Bearer test-key' }
  const bytes = Buffer.from(body)
  const address = `${stub.url('normal')}/v1/chat/completions`
  const told = { ...headers, 'content-length': String(bytes.length) }
  for (const response of [
    await meter.fetch(address, { method: 'POST', headers, body: bytes }),
    await meter.fetch(address, { method: 'POST', headers: told, body }),
    await meter.fetch(new Request(address, { method: 'POST', headers, body }))
  ])
    expect(await response.text()).not.toContain('"usage"')
  expect(records.map(({ model, outcome, usage }) => [model, outcome, usage.inputTokens])).toEqual(
    Array.from({ length: 3 }, () => ['gpt-5-mini', 'ok', 2006])
  )
  await stub.close()
})

it('a body in an ArrayBuffer is read like a text', async () => {
  globalThis.fetch = answering(() => json({}))
  const { meter, records } = metered()
  await (await meter.fetch(URL_CHAT, { method: 'POST', body: new TextEncoder().encode(post().body).buffer })).text()
  expect(records[0]).toMatchObject({ model: 'm', outcome: 'ok' })
})

it('bodies that are no JSON, no text or no object are sent as they are', async () => {
  const bodies: unknown[] = []
  globalThis.fetch = answering((_url, init) => {
    bodies.push(init.body)
    return json({ usage })
  })
  const { meter } = metered()
  const sent = ['{ half', '[]', 'null', '', new Uint8Array([1, 2]), new URLSearchParams('a=1'), undefined]
  for (const body of sent) await (await meter.fetch(URL_CHAT, { method: 'POST', body: body as never })).text()
  expect(bodies).toEqual(sent)
})

it('other addresses pass untouched and leave no record', async () => {
  const seen: unknown[] = []
  globalThis.fetch = answering((url, init) => {
    seen.push([url, init.method])
    return new Response('fine')
  })
  const { meter, records } = metered()
  await meter.fetch('https://api.openai.com/v1/files', { method: 'POST', body: 'x' })
  await meter.fetch('https://api.openai.com/v1/chat/completions')
  await meter.fetch(new Request('https://example.com/'))
  expect(seen).toHaveLength(3)
  await pause(10)
  expect(records).toEqual([])
})

it('no key of the caller is in a record or a figure', async () => {
  globalThis.fetch = answering(() => json({ usage, error: { message: 'bad key sk-secret-1' } }, 401))
  const { meter, records } = metered()
  const client = meter.wrap(new OpenAI({ apiKey: 'sk-secret-1', fetch: globalThis.fetch, maxRetries: 0 }))
  await client.chat.completions.create({ model: 'm', messages: [] }).catch(() => {})
  await until(() => records.length === 1)
  expect(JSON.stringify([records, [...figures(meter)]])).not.toContain('sk-secret')
})

it('wrong options throw at once, with code, option, value and fix', () => {
  const wrong: [object, string][] = [
    [{ price: {} }, 'RAG_CORE_UNKNOWN_OPTION'],
    [{ prices: { m: { input: -1 } } }, 'RAG_LLM_OPTION'],
    [{ prices: { m: { input: Number.NaN } } }, 'RAG_LLM_OPTION'],
    [{ prices: { m: { cached: 1 } } }, 'RAG_LLM_OPTION'],
    [{ prices: { m: null } }, 'RAG_LLM_OPTION'],
    [{ abandonAfter: 'soon' }, 'RAG_CORE_DURATION'],
    [{ onUsage: 'log' }, 'RAG_LLM_OPTION'],
    [{ vendorSpans: 'no' }, 'RAG_LLM_OPTION'],
    [{ streamUsage: 'yes' }, 'RAG_LLM_OPTION'],
    [{ content: { sample: 2 } }, 'RAG_LLM_OPTION'],
    [{ content: { maxLength: -1 } }, 'RAG_LLM_OPTION'],
    [{ content: { samples: 1 } }, 'RAG_CORE_UNKNOWN_OPTION'],
    [{ pacing: { reserve: 3 } }, 'RAG_LLM_OPTION'],
    [{ pacing: { maxWait: 'long' } }, 'RAG_CORE_DURATION'],
    [{ countTokens: 5 }, 'RAG_LLM_OPTION']
  ]
  for (const [options, code] of wrong)
    expect(() => createMeter(options as never), JSON.stringify(options)).toThrow(expect.objectContaining({ code }))
})
