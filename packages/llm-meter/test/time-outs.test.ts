// A client's own time-out and a caller's abort are told apart, wherever the client hides which it was, and a retry after a time-out is the same call.
import { createOpenAI } from '@ai-sdk/openai'
import Anthropic from '@anthropic-ai/sdk'
import { ChatOpenAI } from '@langchain/openai'
import { generateText, streamText } from 'ai'
import OpenAI from 'openai'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Meter } from '../src/index.js'
import { metered, until } from './support.js'
import { answerOpenAI } from './wire/openai.js'
import { startWire, type Wire } from './wire/server.js'

const MS = 60
const messages = [{ role: 'user' as const, content: 'Hallo' }]
const ask = { model: 'gpt-5-mini', messages }
let stub: Wire
beforeAll(async () => {
  stub = await startWire((exchange) => answerOpenAI(exchange))
})
afterAll(() => stub.close())

const soon = () => {
  const controller = new AbortController()
  setTimeout(() => controller.abort(), MS)
  return controller.signal
}
type Options = ConstructorParameters<typeof OpenAI>[0]
const fetching = (meter: Meter, play: 'silent' | 'stall', more: Options = {}) =>
  new OpenAI({ apiKey: 'test-key', baseURL: `${stub.url(play)}/v1`, maxRetries: 0, fetch: meter.fetch, ...more })
const langchain = (meter: Meter, more: object = {}) =>
  new ChatOpenAI({
    model: 'gpt-5-mini',
    apiKey: 'test-key',
    maxRetries: 0,
    configuration: { baseURL: `${stub.url('silent')}/v1`, fetch: meter.fetch },
    ...more
  })
const aiSdk = (meter: Meter, play: 'silent' | 'stall') =>
  createOpenAI({ apiKey: 'test-key', baseURL: `${stub.url(play)}/v1`, fetch: meter.fetch }).chat('gpt-5-mini')
const read = async (stream: AsyncIterable<unknown>): Promise<void> => {
  for await (const _chunk of stream);
}

type Case = [name: string, how: (meter: Meter) => Promise<unknown>, outcome: 'timeout' | 'aborted', attempts: number]
const cases: Case[] = [
  [
    'openai under our fetch: its time-out',
    (meter) => fetching(meter, 'silent', { timeout: MS }).chat.completions.create(ask),
    'timeout',
    1
  ],
  [
    'openai under our fetch: its time-out, retried',
    (meter) => fetching(meter, 'silent', { timeout: MS, maxRetries: 1 }).chat.completions.create(ask),
    'timeout',
    2
  ],
  ['openai under our fetch: an abort', (meter) => fetching(meter, 'silent').chat.completions.create(ask, { signal: soon() }), 'aborted', 1],
  [
    'openai under our fetch: AbortSignal.timeout() during a stream',
    async (meter) =>
      read(await fetching(meter, 'stall').chat.completions.create({ ...ask, stream: true }, { signal: AbortSignal.timeout(200) })),
    'timeout',
    1
  ],
  [
    'openai, wrapped: AbortSignal.timeout()',
    (meter) =>
      meter
        .wrap(new OpenAI({ apiKey: 'test-key', baseURL: `${stub.url('silent')}/v1` }))
        .chat.completions.create(ask, { signal: AbortSignal.timeout(MS) }),
    'timeout',
    1
  ],
  [
    'anthropic, wrapped: AbortSignal.timeout()',
    (meter) =>
      meter
        .wrap(new Anthropic({ apiKey: 'test-key', baseURL: stub.url('silent') }))
        .messages.create({ model: 'claude-sonnet-5', max_tokens: 9, messages }, { signal: AbortSignal.timeout(MS) }),
    'timeout',
    1
  ],
  ['LangChain: the time-out of its client', (meter) => langchain(meter, { timeout: MS }).invoke('Hallo'), 'timeout', 1],
  ['LangChain: the time-out of a call', (meter) => langchain(meter).invoke('Hallo', { timeout: MS }), 'timeout', 1],
  ['LangChain: an abort', (meter) => langchain(meter).invoke('Hallo', { signal: soon() }), 'aborted', 1],
  [
    'AI SDK: its time-out',
    (meter) => generateText({ model: aiSdk(meter, 'silent'), prompt: 'Hallo', maxRetries: 0, timeout: MS }),
    'timeout',
    1
  ],
  [
    'AI SDK: its time-out between chunks',
    (meter) => read(streamText({ model: aiSdk(meter, 'stall'), prompt: 'Hallo', timeout: { chunkMs: 200 }, onError() {} }).textStream),
    'timeout',
    1
  ]
]

it.concurrent.each(cases)('%s (wire-level stub)', async (_name, how, kind, attempts) => {
  const { meter, records } = metered()
  await how(meter).catch(() => {})
  await until(() => records.length === 1)
  const outcome = kind === 'timeout' ? 'error' : 'aborted'
  expect(records).toMatchObject([{ outcome, errorType: kind === 'timeout' ? 'timeout' : undefined, attempts }])
})
