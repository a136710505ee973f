// What the matrix is made of: rows are calls, columns are endings, and a cell says what its record must be.
import type { createMeter as CreateMeter, UsageRecord } from '../../src/index.js'
import type { Play } from '../wire/server.js'

export type Meter = ReturnType<typeof CreateMeter>
export const ENDINGS = ['normal', 'break', 'abort', 'before', 'inside', 'cut', 'timeout', 'retry', 'not asked', 'unread'] as const
export type Ending = (typeof ENDINGS)[number]

export const ENDING_TITLES: Readonly<Record<Ending, string>> = {
  normal: 'read to its end',
  break: 'the reader stops',
  abort: 'aborted',
  before: 'refused',
  inside: 'error under HTTP 200',
  cut: 'connection cut',
  timeout: 'time-out',
  retry: 'retried after a 429',
  'not asked': 'usage not asked for',
  unread: 'never read'
}

/** How the server plays an ending. */
export const PLAYS: Readonly<Record<Ending, (streams: boolean) => Play>> = {
  normal: () => 'normal',
  break: (streams) => (streams ? 'stall' : 'normal'),
  abort: (streams) => (streams ? 'stall' : 'silent'),
  before: () => 'normal',
  inside: () => 'inside',
  cut: () => 'cut',
  timeout: () => 'silent',
  retry: () => 'retry',
  'not asked': () => 'normal',
  unread: (streams) => (streams ? 'stall' : 'normal')
}

/** What a row is given to make its call with. */
export interface Scene {
  sdk: unknown
  ending: Ending
  /** The stub plays the ending here. */
  url: string
  /** Meters a client, or leaves it bare. */
  wrap<T extends object>(client: T): T
  fetch: typeof fetch
}

export type Wire = 'openai' | 'azure' | 'groq' | 'vllm' | 'ollama' | 'mistral' | 'anthropic' | 'gemini'

export interface Row {
  provider: string
  call: string
  wire: Wire
  /** Names of installed clients: package and version that people know it by. */
  clients: Readonly<Record<string, string>>
  streams: boolean
  run(scene: Scene): Promise<unknown>
  /** Usage when the call was read to its end. */
  usage: Partial<UsageRecord['usage']>
  /** Usage that is known when it was not. */
  partial?: Partial<UsageRecord['usage']>
  recordedAs: { provider: string; operation: string; model: string; responseModel: string | undefined }
  /** Why an ending cannot occur. */
  cannot?: Partial<Record<Ending, string>>
  /** Where a row differs from what its ending says. */
  differs?: Partial<Record<Ending, Partial<UsageRecord>>>
}

/** What the record of an ending must say, whoever the provider is. */
export function expectedOf(row: Row, ending: Ending): Partial<UsageRecord> {
  const unknown = {}
  const partial = row.streams ? (row.partial ?? unknown) : unknown
  const whole: Partial<UsageRecord> = { outcome: 'ok', status: 200, attempts: 1, errorType: undefined, usage: row.usage as never }
  const all: Record<Ending, Partial<UsageRecord>> = {
    normal: whole,
    'not asked': whole,
    retry: { ...whole, attempts: 2 },
    break: { outcome: 'aborted', status: 200, attempts: 1, errorType: undefined, usage: partial as never },
    abort: { outcome: 'aborted', status: row.streams ? 200 : undefined, attempts: 1, errorType: undefined, usage: partial as never },
    before: { outcome: 'error', status: 404, attempts: 1, usage: unknown as never },
    inside: { outcome: 'error', status: 200, attempts: 1, usage: partial as never },
    cut: { outcome: 'error', status: 200, attempts: 1, errorType: 'connection', usage: partial as never },
    timeout: { outcome: 'error', status: undefined, attempts: 1, errorType: 'timeout', usage: unknown as never },
    unread: { outcome: 'aborted', status: 200, attempts: 1, usage: unknown as never }
  }
  return { ...all[ending], ...row.differs?.[ending] }
}

const NO_USAGE = {
  inputTokens: undefined,
  outputTokens: undefined,
  cacheReadTokens: undefined,
  cacheWriteTokens: undefined,
  cacheWrite1hTokens: undefined,
  reasoningTokens: undefined,
  audioInputTokens: undefined,
  audioOutputTokens: undefined
}
export const filled = (usage: Partial<UsageRecord['usage']>): UsageRecord['usage'] => ({ ...NO_USAGE, ...usage })

export const TIMEOUT_MS = 60
export const isLimited = (ending: Ending) => ending === 'timeout'

/** Reads a stream as the ending has it. */
export async function consume(stream: AsyncIterable<unknown>, ending: Ending, abort: () => void): Promise<unknown> {
  if (ending === 'unread') return 'unread'
  const chunks: unknown[] = []
  for await (const chunk of stream) {
    chunks.push(structuredClone(chunk))
    if (ending === 'break' && chunks.length === 2) break
    if (ending === 'abort' && chunks.length === 2) abort()
  }
  return chunks
}
