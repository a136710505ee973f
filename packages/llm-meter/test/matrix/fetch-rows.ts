// Clients that take a fetch: the AI SDK and LangChain with `meter.fetch`.
import type * as AiSdkOpenAI from '@ai-sdk/openai'
import type * as LangChain from '@langchain/openai'
import { generateText, streamText } from 'ai'
import { consume, type Ending, type Row, type Scene, TIMEOUT_MS } from './cells.js'

const MODEL = 'gpt-5-mini'
const CHAT = { inputTokens: 2006, outputTokens: 300, cacheReadTokens: 1920, reasoningTokens: 64, audioInputTokens: 0, audioOutputTokens: 0 }
const recordedAs = { provider: 'openai', operation: 'chat', model: MODEL, responseModel: `${MODEL}-2026-01-01` }
const WHOLE = 'a whole reply always carries its usage'
const modelOf = (ending: Ending) => (ending === 'before' ? 'missing' : MODEL)
const plain = (value: unknown) => JSON.parse(JSON.stringify(value ?? null)) as unknown

function signalOf(ending: Ending, controller: AbortController): AbortSignal {
  if (ending === 'timeout') return AbortSignal.timeout(TIMEOUT_MS)
  return controller.signal
}

function aiModel({ sdk, url, fetch, ending }: Scene) {
  const { createOpenAI } = sdk as typeof AiSdkOpenAI
  return createOpenAI({ apiKey: 'test-key', baseURL: `${url}/v1`, fetch }).chat(modelOf(ending))
}

const aiStream: Row = {
  provider: 'AI SDK, `meter.fetch`',
  call: 'streamText',
  wire: 'openai',
  clients: { 'ai 6': '@ai-sdk/openai' },
  streams: true,
  async run(scene) {
    const { ending } = scene
    const controller = new AbortController()
    const result = streamText({
      model: aiModel(scene),
      prompt: 'Hallo',
      maxRetries: ending === 'retry' ? 1 : 0,
      abortSignal: signalOf(ending, controller),
      onError() {}
    })
    const text = await consume(result.textStream, ending, () => controller.abort())
    if (ending !== 'normal' && ending !== 'retry') return text
    return [text, plain(await result.usage), await result.finishReason]
  },
  usage: CHAT,
  recordedAs,
  cannot: {
    'not asked': 'the provider of the AI SDK always asks',
    break: 'the AI SDK reads on by itself; it is told to stop by its signal',
    unread: 'the AI SDK sends nothing before somebody reads'
  }
}

function langchain({ sdk, url, fetch, ending }: Scene) {
  const { ChatOpenAI } = sdk as typeof LangChain
  return new ChatOpenAI({
    model: modelOf(ending),
    apiKey: 'test-key',
    maxRetries: ending === 'retry' ? 1 : 0,
    streamUsage: ending !== 'not asked',
    ...(ending === 'timeout' && { timeout: TIMEOUT_MS }),
    configuration: { baseURL: `${url}/v1`, fetch }
  })
}

const langchainStream: Row = {
  provider: 'LangChain, `meter.fetch`',
  call: 'stream',
  wire: 'openai',
  clients: { '@langchain/openai 0.6': '@langchain/openai' },
  streams: true,
  async run(scene) {
    const controller = new AbortController()
    const stream = await langchain(scene).stream('Hallo', { signal: controller.signal })
    const chunks = (async function* () {
      for await (const chunk of stream) yield plain(chunk)
    })()
    return consume(scene.ending === 'unread' ? stream : chunks, scene.ending, () => controller.abort())
  },
  usage: CHAT,
  recordedAs
}

export const fetchRows: readonly Row[] = [
  {
    ...aiStream,
    call: 'generateText',
    streams: false,
    async run(scene) {
      const { ending } = scene
      const controller = new AbortController()
      if (ending === 'abort') setTimeout(() => controller.abort(), 40)
      const { text, usage, finishReason } = await generateText({
        model: aiModel(scene),
        prompt: 'Hallo',
        maxRetries: ending === 'retry' ? 1 : 0,
        abortSignal: signalOf(ending, controller)
      })
      return [text, plain(usage), finishReason]
    },
    cannot: { 'not asked': WHOLE, break: 'the SDK hands out whole replies only', unread: 'the SDK reads a whole reply by itself' }
  },
  aiStream,
  {
    ...langchainStream,
    call: 'invoke',
    streams: false,
    async run(scene) {
      const controller = new AbortController()
      if (scene.ending === 'abort') setTimeout(() => controller.abort(), 40)
      return plain(await langchain(scene).invoke('Hallo', { signal: controller.signal }))
    },
    cannot: { 'not asked': WHOLE, break: 'LangChain hands out whole replies only', unread: 'LangChain reads a whole reply by itself' }
  },
  langchainStream
]
