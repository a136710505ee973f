// The calls of the clients of Anthropic and Google.
import type AnthropicSdk from '@anthropic-ai/sdk'
import type { GoogleGenAI } from '@google/genai'
import { consume, type Ending, type Row, type Scene, TIMEOUT_MS } from './cells.js'

const WHOLE = 'a whole reply always carries its usage'
const ANTHROPIC = { '@anthropic-ai/sdk 0': 'anthropic-sdk-0', '@anthropic-ai/sdk 1': '@anthropic-ai/sdk' }
const CLAUDE = 'claude-sonnet-5'
const ask = (ending: Ending) => ({
  model: ending === 'before' ? 'missing' : CLAUDE,
  max_tokens: 400,
  messages: [{ role: 'user' as const, content: 'Hallo' }]
})
const INPUT = { inputTokens: 2006, cacheReadTokens: 1500, cacheWriteTokens: 420, cacheWrite1hTokens: 120 }

function anthropic({ sdk, url, wrap, ending }: Scene): AnthropicSdk {
  const { default: Anthropic } = sdk as { default: typeof AnthropicSdk }
  const more = { maxRetries: ending === 'retry' ? 1 : 0, ...(ending === 'timeout' && { timeout: TIMEOUT_MS }) }
  return wrap(new Anthropic({ apiKey: 'test-key', baseURL: url, ...more }))
}

function aborting(ending: Ending): { signal?: AbortSignal } {
  if (ending !== 'abort') return {}
  const controller = new AbortController()
  setTimeout(() => controller.abort(), 40)
  return { signal: controller.signal }
}

const anthropicRecord = { provider: 'anthropic', operation: 'chat', model: CLAUDE, responseModel: `${CLAUDE}-20260101` }
const messagesStream: Row = {
  provider: 'Anthropic',
  call: 'messages, streamed',
  wire: 'anthropic',
  clients: ANTHROPIC,
  streams: true,
  async run(scene) {
    const stream = await anthropic(scene).messages.create({ ...ask(scene.ending), stream: true })
    return consume(stream, scene.ending, () => stream.controller.abort())
  },
  usage: { ...INPUT, outputTokens: 300 },
  // The opening event counts the input; its count of the output is a placeholder.
  partial: INPUT,
  recordedAs: anthropicRecord,
  cannot: { 'not asked': 'every stream of this API carries its usage' }
}

export const anthropicRows: readonly Row[] = [
  {
    ...messagesStream,
    call: 'messages',
    streams: false,
    async run(scene) {
      const promise = anthropic(scene).messages.create(ask(scene.ending), aborting(scene.ending))
      if (scene.ending === 'unread') return (await promise.asResponse()).status
      if (scene.ending !== 'break') return promise
      const response = await promise.asResponse()
      await response.body?.cancel()
      return response.status
    },
    cannot: { 'not asked': WHOLE }
  },
  messagesStream,
  {
    ...messagesStream,
    call: '`messages.stream()`',
    async run(scene) {
      const { ending } = scene
      const runner = anthropic(scene).messages.stream(ask(ending))
      if (ending === 'normal') return runner.finalMessage()
      return consume(runner, ending, () => runner.abort())
    },
    cannot: { ...messagesStream.cannot, unread: 'the helper reads the stream by itself' }
  }
]

const GENAI = { '@google/genai 1': 'google-genai-1', '@google/genai 2': '@google/genai', '@google/genai 3': 'google-genai-3' }
const GEMINI = 'gemini-2.5-flash'
const GEMINI_USAGE = { inputTokens: 2006, outputTokens: 300, cacheReadTokens: 1920, reasoningTokens: 64 }

function gemini({ sdk, url, wrap, ending }: Scene): GoogleGenAI {
  const { GoogleGenAI: Client } = sdk as { GoogleGenAI: typeof GoogleGenAI }
  const httpOptions = {
    baseUrl: url,
    ...(ending === 'timeout' && { timeout: TIMEOUT_MS }),
    ...(ending === 'retry' && { retryOptions: { attempts: 2 } })
  }
  return wrap(new Client({ apiKey: 'test-key', httpOptions }))
}

function geminiRequest(ending: Ending, controller: AbortController) {
  return { model: ending === 'before' ? 'missing' : GEMINI, contents: 'Hallo', config: { abortSignal: controller.signal } }
}
const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown

const geminiStream: Row = {
  provider: 'Google',
  call: 'generateContent, streamed',
  wire: 'gemini',
  clients: GENAI,
  streams: true,
  async run(scene) {
    const { ending } = scene
    const controller = new AbortController()
    const stream = await gemini(scene).models.generateContentStream(geminiRequest(ending, controller))
    const chunks = (async function* () {
      for await (const chunk of stream) yield plain(chunk)
    })()
    return consume(ending === 'unread' ? stream : chunks, ending, () => controller.abort())
  },
  usage: GEMINI_USAGE,
  // Each chunk counts what was made so far.
  partial: { inputTokens: 2006, outputTokens: 84, cacheReadTokens: 1920, reasoningTokens: 64 },
  recordedAs: { provider: 'gcp.gemini', operation: 'generate_content', model: GEMINI, responseModel: `${GEMINI}-001` },
  cannot: { 'not asked': 'every chunk of this API carries its usage' }
}

export const geminiRows: readonly Row[] = [
  {
    ...geminiStream,
    call: 'generateContent',
    streams: false,
    async run(scene) {
      const controller = new AbortController()
      if (scene.ending === 'abort') setTimeout(() => controller.abort(), 40)
      return plain(await gemini(scene).models.generateContent(geminiRequest(scene.ending, controller)))
    },
    cannot: {
      'not asked': WHOLE,
      break: 'the client hands out whole replies only',
      unread: 'the client reads a whole reply by itself'
    }
  },
  geminiStream
]
