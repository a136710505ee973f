// Prompts and answers are captured only when asked for, and then masked, cut and sampled.
import { afterEach, expect, it, vi } from 'vitest'
import { answering, inPieces, metered, until } from './support.js'

const real = globalThis.fetch
afterEach(() => {
  globalThis.fetch = real
  vi.restoreAllMocks()
})

const KEY = 'sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH'
const frame = (data: object | string) => `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`
const CASES = {
  chat: {
    url: 'https://api.openai.com/v1/chat/completions',
    body: { model: 'm', messages: [{ role: 'user', content: `my key is ${KEY}` }] },
    whole: { choices: [{ message: { content: 'the answer' } }] },
    frames: ['the ', 'answer'].map((content) => ({ choices: [{ delta: { content } }] }))
  },
  responses: {
    url: 'https://api.openai.com/v1/responses',
    body: { model: 'm', input: `my key is ${KEY}` },
    whole: { output: [{ content: [{ text: 'the answer' }] }] },
    frames: ['the ', 'answer'].map((delta) => ({ type: 'response.output_text.delta', delta }))
  },
  anthropic: {
    url: 'https://api.anthropic.com/v1/messages',
    body: { model: 'm', max_tokens: 1, messages: [{ role: 'user', content: `my key is ${KEY}` }] },
    whole: { content: [{ text: 'the answer' }] },
    frames: ['the ', 'answer'].map((text) => ({ type: 'content_block_delta', delta: { text } }))
  },
  gemini: {
    url: 'https://generativelanguage.googleapis.com/v1beta/models/m:generateContent',
    body: { contents: [{ parts: [{ text: `my key is ${KEY}` }] }] },
    whole: { candidates: [{ content: { parts: [{ text: 'the answer' }] } }] },
    frames: ['the ', 'answer'].map((text) => ({ candidates: [{ content: { parts: [{ text }] } }] }))
  }
}

async function record(name: keyof typeof CASES, streams: boolean, options: Parameters<typeof metered>[0], more: object = {}) {
  const { url, body, whole, frames } = { ...CASES[name], ...more }
  globalThis.fetch = answering(() =>
    streams
      ? inPieces(Buffer.from(frames.map(frame).join('') + frame('[DONE]')), 7)
      : new Response(JSON.stringify(whole), { headers: { 'content-type': 'application/json' } })
  )
  const { meter, records } = metered(options)
  const address = streams ? url.replace(':generateContent', ':streamGenerateContent?alt=sse') : url
  const sent = { method: 'POST', body: JSON.stringify({ ...body, ...(streams && name !== 'gemini' && { stream: true }) }) }
  await (await meter.fetch(address, sent)).text()
  await until(() => records.length === 1)
  return { ...records[0]!, meter }
}

for (const name of Object.keys(CASES) as (keyof typeof CASES)[])
  for (const streams of [false, true]) {
    const title = `${name}${streams ? ', streamed' : ''}`
    it(`${title}: nothing is captured by default`, async () => {
      expect((await record(name, streams, {})).content).toBeUndefined()
    })

    it(`${title}: the question and the answer are captured, secrets masked`, async () => {
      const { content } = await record(name, streams, { content: {} })
      expect(content?.input).toContain('my key is')
      expect(content?.input).not.toContain('abcdefghijklmnop')
      expect(content?.output).toContain('the answer')
    })
  }

it('a secret that arrives in pieces is masked whole', async () => {
  const frames = [KEY.slice(0, 12), KEY.slice(12, 30), KEY.slice(30)].map((content) => ({ choices: [{ delta: { content } }] }))
  const { content } = await record('chat', true, { content: {} }, { frames })
  expect(content?.output).toBeDefined()
  expect(content?.output).not.toContain('abcdefghijklmnop')
})

it('a secret at the cut is masked, not halved', async () => {
  const text = `${'x'.repeat(70)} ${KEY}`
  const body = { model: 'm', messages: [{ role: 'user', content: text }] }
  for (const maxLength of [90, 100, 110, 120, 140]) {
    const { content } = await record('chat', false, { content: { maxLength } }, { body })
    expect(content?.input, String(maxLength)).not.toContain('abcdef')
    expect(content?.input.length).toBeLessThanOrEqual(maxLength + 1)
  }
})

it('long texts are cut', async () => {
  const whole = { choices: [{ message: { content: 'y'.repeat(5_000_000) } }] }
  const { content } = await record('chat', false, { content: { maxLength: 50 } }, { whole })
  expect(content?.output).toHaveLength(51)
  const frames = Array.from({ length: 200 }, () => ({ choices: [{ delta: { content: 'z'.repeat(100) } }] }))
  expect((await record('chat', true, { content: { maxLength: 50 } }, { frames })).content?.output).toHaveLength(51)
})

it('only a share of the calls is captured', async () => {
  const random = vi.spyOn(Math, 'random')
  random.mockReturnValue(0.6)
  expect((await record('chat', false, { content: { sample: 0.5 } })).content).toBeUndefined()
  random.mockReturnValue(0.4)
  expect((await record('chat', false, { content: { sample: 0.5 } })).content).toBeDefined()
  random.mockReturnValue(0)
  expect((await record('chat', false, { content: { sample: 0 } })).content).toBeUndefined()
})

it('without a mask only when it is turned off by name', async () => {
  expect((await record('chat', false, { content: {}, mask: false })).content?.input).toContain(KEY)
})

it('a masker that throws costs the content, not the record', async () => {
  const mask = {
    mask() {
      throw new Error('mine')
    }
  }
  const { content, usage, outcome } = await record(
    'chat',
    false,
    { content: {}, mask: mask as never },
    { whole: { choices: [], usage: { prompt_tokens: 3 } } }
  )
  // What it threw at is replaced where it stands.
  expect(content).toEqual({
    input: '{"messages":[{"role":"[masked:failure]","content":"[masked:failure]"}]}',
    output: '{"choices":[]}'
  })
  expect([outcome, usage.inputTokens]).toEqual(['ok', 3])
})
