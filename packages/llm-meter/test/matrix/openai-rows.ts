// The calls of the openai client, against OpenAI, Azure and compatible servers.
import type OpenAISdk from 'openai'
import type { AzureOpenAI } from 'openai'
import { consume, type Ending, type Row, type Scene, TIMEOUT_MS, type Wire } from './cells.js'

const OPENAI = { 'openai 5': 'openai-5', 'openai 6': 'openai', 'openai 7': 'openai-7' }
const CHAT = { inputTokens: 2006, outputTokens: 300, cacheReadTokens: 1920, reasoningTokens: 64, audioInputTokens: 0, audioOutputTokens: 0 }
const RESPONSES = { inputTokens: 2006, outputTokens: 300, cacheReadTokens: 1920, reasoningTokens: 64 }
const MODEL = 'gpt-5-mini'
const messages = [{ role: 'user' as const, content: 'Hallo' }]
const WHOLE = 'a whole reply always carries its usage'

type Sdk = { default: typeof OpenAISdk; AzureOpenAI: typeof AzureOpenAI }
const modelOf = (ending: Ending) => (ending === 'before' ? 'missing' : MODEL)
const optionsOf = (ending: Ending) => ({ maxRetries: ending === 'retry' ? 1 : 0, ...(ending === 'timeout' && { timeout: TIMEOUT_MS }) })

/** A client of the real address of a vendor, whose requests a fetch takes to the stub. */
function clientOf({ sdk, url, wrap, ending }: Scene, wire: Wire): OpenAISdk {
  const { default: OpenAI, AzureOpenAI } = sdk as Sdk
  const real = ADDRESSES[wire]
  const fetch: typeof globalThis.fetch = (input, init) => globalThis.fetch(String(input).replace(new URL(real).origin, url), init)
  if (wire === 'azure')
    return wrap(
      new AzureOpenAI({ apiKey: 'test-key', endpoint: real, apiVersion: '2025-04-01-preview', fetch, ...optionsOf(ending) })
    ) as unknown as OpenAISdk
  return wrap(new OpenAI({ apiKey: 'test-key', baseURL: real, fetch, ...optionsOf(ending) }))
}
const ADDRESSES: Record<Wire, string> = {
  openai: 'https://api.openai.com/v1',
  azure: 'https://example.openai.azure.com',
  groq: 'https://api.groq.com/openai/v1',
  vllm: 'http://vllm.internal:8000/v1',
  ollama: 'http://ollama.internal:11434/v1',
  mistral: 'https://api.mistral.ai/v1',
  anthropic: '',
  gemini: ''
}

/** The signal of calls that the caller gives up before an answer. */
function aborting(ending: Ending): { signal?: AbortSignal } {
  if (ending !== 'abort') return {}
  const controller = new AbortController()
  setTimeout(() => controller.abort(), 40)
  return { signal: controller.signal }
}

/** A promise of the client, read as the ending has it: a break takes the raw response and lets go of its body. */
async function settle(promise: { asResponse(): Promise<Response> } & PromiseLike<unknown>, ending: Ending): Promise<unknown> {
  if (ending === 'unread') return (await promise.asResponse()).status
  if (ending !== 'break') return promise
  const response = await promise.asResponse()
  await response.body?.cancel()
  return response.status
}

const recordedAs = (provider: string, operation = 'chat', model = MODEL, suffix = '-2026-01-01') => ({
  provider,
  operation,
  model,
  responseModel: suffix === '' ? model : model + suffix
})

function chat(provider: string, wire: Wire, name: string): Row {
  return {
    provider,
    call: 'chat',
    wire,
    clients: OPENAI,
    streams: false,
    run: (scene) =>
      settle(
        clientOf(scene, wire).chat.completions.create({ model: modelOf(scene.ending), messages }, aborting(scene.ending)),
        scene.ending
      ),
    usage: CHAT,
    recordedAs: recordedAs(name),
    cannot: { 'not asked': WHOLE }
  }
}

function chatStream(provider: string, wire: Wire, name: string, more: Partial<Row> = {}): Row {
  return {
    provider,
    call: 'chat, streamed',
    wire,
    clients: OPENAI,
    streams: true,
    async run(scene) {
      const { ending } = scene
      const asks = ending !== 'not asked' && wire !== 'mistral' && wire !== 'groq'
      const stream = await clientOf(scene, wire).chat.completions.create({
        model: modelOf(ending),
        messages,
        stream: true,
        ...(asks && { stream_options: { include_usage: true } })
      })
      return consume(stream, ending, () => stream.controller.abort())
    },
    usage: CHAT,
    recordedAs: recordedAs(name),
    ...more
  }
}

export const openaiRows: readonly Row[] = [
  chat('OpenAI', 'openai', 'openai'),
  chatStream('OpenAI', 'openai', 'openai'),
  {
    ...chatStream('OpenAI', 'openai', 'openai'),
    call: '`chat.completions.stream()`',
    async run(scene) {
      const { ending } = scene
      const asks = ending !== 'not asked' && { stream_options: { include_usage: true } }
      const runner = clientOf(scene, 'openai').chat.completions.stream({ model: modelOf(ending), messages, ...asks })
      if (ending === 'normal' || ending === 'not asked') return runner.finalChatCompletion()
      return consume(runner, ending, () => runner.abort())
    },
    cannot: { unread: 'the helper reads the stream by itself' }
  },
  {
    provider: 'OpenAI',
    call: 'responses',
    wire: 'openai',
    clients: OPENAI,
    streams: false,
    run: (scene) =>
      settle(
        clientOf(scene, 'openai').responses.create({ model: modelOf(scene.ending), input: 'Hallo' }, aborting(scene.ending)),
        scene.ending
      ),
    usage: RESPONSES,
    recordedAs: recordedAs('openai'),
    cannot: { 'not asked': WHOLE }
  },
  {
    provider: 'OpenAI',
    call: 'responses, streamed',
    wire: 'openai',
    clients: OPENAI,
    streams: true,
    async run(scene) {
      const { ending } = scene
      const stream = await clientOf(scene, 'openai').responses.create({ model: modelOf(ending), input: 'Hallo', stream: true })
      return consume(stream, ending, () => stream.controller.abort())
    },
    usage: RESPONSES,
    recordedAs: recordedAs('openai'),
    cannot: { 'not asked': 'the last event of this API always carries the usage' }
  },
  {
    provider: 'OpenAI',
    call: 'responses in the background, then retrieved',
    wire: 'openai',
    clients: OPENAI,
    streams: false,
    async run(scene) {
      const client = clientOf(scene, 'openai')
      const created = client.responses.create({ model: modelOf(scene.ending), input: 'Hallo', background: true }, aborting(scene.ending))
      if (scene.ending === 'break' || scene.ending === 'unread') return settle(created, scene.ending)
      const { id, error } = await created
      if (error) return error
      return [await client.responses.retrieve(id), await client.responses.retrieve(id)]
    },
    usage: RESPONSES,
    recordedAs: recordedAs('openai'),
    cannot: { 'not asked': WHOLE }
  },
  {
    provider: 'OpenAI',
    call: 'embeddings',
    wire: 'openai',
    clients: OPENAI,
    streams: false,
    run: (scene) =>
      settle(
        clientOf(scene, 'openai').embeddings.create(
          { model: scene.ending === 'before' ? 'missing' : 'text-embedding-3-small', input: ['a', 'b'] },
          aborting(scene.ending)
        ),
        scene.ending
      ),
    usage: { inputTokens: 14 },
    recordedAs: recordedAs('openai', 'embeddings', 'text-embedding-3-small', ''),
    cannot: { 'not asked': WHOLE }
  },
  chat('Azure', 'azure', 'azure.ai.openai'),
  chatStream('Azure', 'azure', 'azure.ai.openai'),
  chatStream('Groq', 'groq', 'groq', { cannot: { 'not asked': 'Groq sends it unasked, in a place of its own: see the first column' } }),
  chatStream('vLLM', 'vllm', 'openai'),
  chatStream('Ollama', 'ollama', 'openai'),
  chatStream('Mistral, which refuses the option', 'mistral', 'mistral_ai', {
    cannot: { 'not asked': 'Mistral sends it unasked and refuses to be asked: see the first column' }
  })
]
