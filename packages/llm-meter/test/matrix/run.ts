// Runs one cell: the bare client, the metered one, and the metered one while every callback of ours throws.
import { createRequire } from 'node:module'
import type { UsageRecord } from '../../src/index.js'
import * as source from '../../src/index.js'
import { answerAnthropic } from '../wire/anthropic.js'
import { answerGemini } from '../wire/gemini.js'
import { answerOpenAI } from '../wire/openai.js'
import { startWire, type Wire } from '../wire/server.js'
import { requireBuilt } from './built.js'
import { type Ending, PLAYS, type Row } from './cells.js'

export type Format = 'ESM' | 'CJS'
export const FORMATS: readonly Format[] = ['ESM', 'CJS']
const require = createRequire(import.meta.url)

/** The meter and the client, both in one module format. */
const meterOf = async (format: Format): Promise<typeof source> =>
  format === 'ESM' ? source : (requireBuilt('@rag/llm-meter') as typeof source)
const sdkOf = async (name: string, format: Format): Promise<unknown> => (format === 'ESM' ? import(name) : require(name))

export async function startStubs(): Promise<Record<Row['wire'], Wire>> {
  const [openai, azure, groq, vllm, ollama, mistral, anthropic, gemini] = await Promise.all([
    ...(['openai', 'azure', 'groq', 'vllm', 'ollama', 'mistral'] as const).map((flavour) =>
      startWire((exchange) => answerOpenAI(exchange, flavour))
    ),
    startWire(answerAnthropic),
    startWire(answerGemini)
  ])
  return {
    openai: openai!,
    azure: azure!,
    groq: groq!,
    vllm: vllm!,
    ollama: ollama!,
    mistral: mistral!,
    anthropic: anthropic!,
    gemini: gemini!
  }
}

export interface Seen {
  value?: unknown
  error?: unknown
}

export interface Outcome {
  bare: Seen
  metered: Seen
  faulty: Seen
  records: UsageRecord[]
}

const prices = {
  'gpt-5-mini': { input: 0.25, cacheRead: 0.025, output: 2 },
  'text-embedding-3-small': { input: 0.02 },
  'claude-sonnet-5': { input: 3, cacheRead: 0.3, cacheWrite: 3.75, cacheWrite1h: 6, output: 15 },
  'gemini-2.5-flash': { input: 0.3, cacheRead: 0.03, output: 2.5 }
}
const boom = (): never => {
  throw new Error('a callback of ours')
}

export async function runCell(row: Row, ending: Ending, client: string, format: Format, stub: Wire): Promise<Outcome> {
  const { createMeter } = await meterOf(format)
  const sdk = await sdkOf(client, format)
  const play = PLAYS[ending](row.streams)
  const records: UsageRecord[] = []
  const meter = createMeter({ prices, onUsage: (record) => void records.push(record), abandonAfter: ending === 'unread' ? 200 : '10m' })
  const broken = createMeter({
    onUsage: boom,
    observers: [{ id: 'broken', service: 'matrix', span: boom, end: boom, source: boom }],
    countTokens: boom,
    content: { sample: 1 },
    mask: { mask: boom } as never,
    vendorSpans: 'keep'
  })
  broken.budget({ name: 'wide', window: '1d', limit: { requests: 1e9 }, soft: 1e-12, onSoft: boom, downgrade: boom })
  const look = async (wrap: <T extends object>(value: T) => T, send: typeof fetch): Promise<Seen> => {
    try {
      return { value: await row.run({ sdk, ending, url: stub.url(play), wrap, fetch: send }) }
    } catch (error) {
      return { error: shape(error) }
    }
  }
  const [bare, metered, faulty] = await Promise.all([
    look((value) => value, globalThis.fetch),
    look((value) => meter.wrap(value), meter.fetch),
    look((value) => broken.wrap(value), broken.fetch)
  ])
  for (let tries = 0; tries < 1500 && records.length === 0; tries++) await pause(10)
  await pause(5)
  await meter.shutdown()
  await broken.shutdown()
  return { bare, metered, faulty, records }
}

/** What an application can tell about an error. */
function shape(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { name, message, status, code, type, requestID, error: body, cause } = error as Error & Record<string, unknown>
  return { class: error.constructor.name, name, message, status, code, type, requestID, body, cause: cause && shape(cause) }
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
